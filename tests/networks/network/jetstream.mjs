// What happens on the network, told the way Jetstream tells it: one JSON message an event, from a cursor on.
// The events are the network's own, from the stream of its server; only the form is made here.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const servers = createRequire(process.env.DEV_ENV);
const load = (name) => import(pathToFileURL(servers.resolve(name)));
const { Firehose } = await load("@atproto/sync");
const { lexToJson } = await load("@atproto/lex-json");
const { WebSocketServer } = servers("ws");

export async function tell(network) {
  const told = [];
  const listeners = new Map(); // socket -> the collections it wants
  let clock = 0;

  const wanted = (event, collections) =>
    event.kind !== "commit" || collections.length === 0 || collections.includes(event.commit.collection);

  function handleEvent(happened) {
    clock = Math.max(clock + 1, Date.now() * 1000);
    const event = message(happened, clock);
    if (event === null) return;
    told.push(event);
    for (const [socket, collections] of listeners) {
      if (wanted(event, collections)) socket.send(JSON.stringify(event));
    }
  }

  const firehose = new Firehose({
    service: network.pds.url.replace("http", "ws"),
    idResolver: network.pds.ctx.idResolver,
    unauthenticatedCommits: true,
    unauthenticatedHandles: true,
    handleEvent,
    onError: (error) => console.error(error),
  });
  firehose.start();

  const server = new WebSocketServer({ port: 0 });
  server.on("connection", (socket, request) => {
    const asked = new URL(request.url, "http://localhost").searchParams;
    const collections = asked.getAll("wantedCollections");
    const cursor = asked.has("cursor") ? Number(asked.get("cursor")) : Infinity;
    for (const event of told) {
      if (event.time_us >= cursor && wanted(event, collections)) socket.send(JSON.stringify(event));
    }
    listeners.set(socket, collections);
    socket.on("close", () => listeners.delete(socket));
    socket.on("error", () => listeners.delete(socket));
  });
  await new Promise((listening) => server.on("listening", listening));

  return {
    url: `ws://127.0.0.1:${server.address().port}/subscribe`,
    // Every connection breaks off, as on a network: no good-bye.
    cut: () => server.clients.forEach((socket) => socket.terminate()),
    close: () => {
      server.clients.forEach((socket) => socket.terminate());
      server.close();
      return firehose.destroy();
    },
  };
}

function message({ event, did, rev, collection, rkey, record, cid, handle, active }, time_us) {
  if (event === "identity") return { did, time_us, kind: "identity", identity: { did, handle } };
  if (event === "account") return { did, time_us, kind: "account", account: { did, active } };
  if (event === "sync") return null;
  const commit = { rev, operation: event, collection, rkey };
  if (event !== "delete") Object.assign(commit, { record: lexToJson(record), cid: cid.toString() });
  return { did, time_us, kind: "commit", commit };
}
