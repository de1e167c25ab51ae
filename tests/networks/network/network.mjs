// The whole Bluesky network in one process: directory, server of accounts (PDS), index (AppView), moderation.
// Says where it is in one line of JSON. Ends with SIGTERM, or when whoever started it is gone.
import { pathToFileURL } from "node:url";

const { TestNetwork } = await import(pathToFileURL(process.env.DEV_ENV));

const network = await TestNetwork.create({
  pds: { hostname: "localhost", enableDidDocWithSession: true },
  ozone: { dbMaterializedViewRefreshIntervalMs: 30_000 },
});

async function stop() {
  setTimeout(() => process.exit(1), 10_000).unref();
  await network.close();
  process.exit(0);
}

process.on("SIGTERM", stop);
process.stdin.on("end", stop).resume();
console.log(JSON.stringify({ pds: network.pds.url, appview: network.bsky.url, plc: network.plc.url }));
