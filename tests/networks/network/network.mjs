// The whole Bluesky network in one process: directory, server of accounts (PDS), index (AppView), moderation.
// Says where it is in one line of JSON. Ends with SIGTERM, or when whoever started it is gone; SIGUSR2 breaks
// every connection to the public stream off.
import { pathToFileURL } from "node:url";
import { tell } from "./jetstream.mjs";

const { TestNetwork } = await import(pathToFileURL(process.env.DEV_ENV));

const network = await TestNetwork.create({
  pds: { hostname: "localhost", enableDidDocWithSession: true },
  ozone: { dbMaterializedViewRefreshIntervalMs: 30_000 },
});
const jetstream = await tell(network);

async function stop() {
  setTimeout(() => process.exit(1), 10_000).unref();
  await jetstream.close();
  await network.close();
  process.exit(0);
}

process.on("SIGTERM", stop);
process.on("SIGUSR2", jetstream.cut);
process.stdin.on("end", stop).resume();
console.log(JSON.stringify({ pds: network.pds.url, appview: network.bsky.url, jetstream: jetstream.url }));
