// Loaded before everything else: whatever listens, listens on 127.0.0.1 only.
const net = require("node:net");
const dns = require("node:dns");

const HOST = "127.0.0.1";
const listen = net.Server.prototype.listen;

net.Server.prototype.listen = function (where, ...rest) {
  if (where !== null && typeof where === "object" && "port" in where) {
    return listen.call(this, { ...where, host: HOST }, ...rest);
  }
  if (typeof where === "number" || /^\d+$/.test(String(where))) {
    const [host, ...others] = rest;
    return typeof host === "string" || host === undefined
      ? listen.call(this, where, HOST, ...others)
      : listen.call(this, where, HOST, host, ...others);
  }
  return listen.call(this, where, ...rest);
};

// The services call each other by the name localhost, which would lead to ::1 first.
dns.setDefaultResultOrder("ipv4first");
