// A client's side: takes webhooks with the official library, badly at times, and remembers what it took.
//
//   node receiver.mjs        says on stdout where it listens
//   PUT  /_secrets           {"a": "whsec_…"}: what /in/a is verified with from now on
//   GET  /_seen              {"a": {"taken": …, "again": …, "forged": …, "arrived": …}}

import http from "node:http";
import { Webhook } from "standardwebhooks";

const secrets = new Map();
const seen = new Map();
let number = 0;

function of(name) {
  if (!seen.has(name)) seen.set(name, { taken: new Map(), events: new Set(), again: 0, forged: 0, arrived: 0 });
  return seen.get(name);
}

/** Every so-and-so-many-th request goes wrong in one way or another; the same ones in every run. */
function fault() {
  number += 1;
  if (number % 1501 === 0) return "busy";
  if (number % 97 === 0) return "moved";
  if (number % 23 === 0) return "broken";
  if (number % 19 === 0) return "lost";
  return "none";
}

function take(name, request, body, response) {
  const me = of(name);
  me.arrived += 1;
  let message;
  try {
    message = new Webhook(secrets.get(name)).verify(body, request.headers);
  } catch {
    me.forged += 1;
    return response.writeHead(401).end();
  }
  const what = fault();
  if (what === "broken") return response.writeHead(500).end("out of order");
  if (what === "moved") return response.writeHead(302, { location: "http://169.254.169.254/" }).end();
  if (what === "busy") return response.writeHead(503, { "retry-after": "1" }).end();
  const id = request.headers["webhook-id"];
  const answered = me.taken.get(id);
  // Taken, and the answer got lost: it comes again and is no news.
  if (answered === "answered") me.again += 1;
  me.taken.set(id, what === "lost" ? answered ?? "lost" : "answered");
  me.events.add(message.data.id + "/" + message.data.version);
  if (what === "lost") return request.socket.destroy();
  response.writeHead(204).end();
}

const server = http.createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const body = Buffer.concat(parts).toString();
    if (request.url === "/_secrets") {
      for (const [name, secret] of Object.entries(JSON.parse(body))) secrets.set(name, secret);
      return response.writeHead(204).end();
    }
    if (request.url === "/_seen") {
      const told = {};
      for (const [name, me] of seen)
        told[name] = { taken: me.taken.size, events: me.events.size, again: me.again, forged: me.forged, arrived: me.arrived };
      return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(told));
    }
    take(request.url.slice("/in/".length), request, body, response);
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
