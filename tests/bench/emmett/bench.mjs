// Single-event appends through Emmett's PostgreSQL store: node bench.mjs CONCURRENCY SECONDS
import { getPostgreSQLEventStore } from "@event-driven-io/emmett-postgresql";
import { randomUUID } from "node:crypto";

const [level, seconds] = process.argv.slice(2).map(Number);
const store = getPostgreSQLEventStore(process.env.BENCH_URL);
const data = { kind: "near_miss", site: "elm", summary: "x".repeat(250) };
await store.appendToStream(randomUUID(), [{ type: "Raised", data }]);

const taken = [];
const end = performance.now() + seconds * 1000;
const began = performance.now();
await Promise.all(Array.from({ length: level }, async () => {
  for (let t = performance.now(); t < end; t = performance.now()) {
    await store.appendToStream(randomUUID(), [{ type: "Raised", data }]);
    taken.push(performance.now() - t);
  }
}));
const spent = (performance.now() - began) / 1000;
taken.sort((a, b) => a - b);
const at = (share) => taken[Math.min(taken.length - 1, Math.floor(share * taken.length))];
console.log(JSON.stringify({ perSecond: taken.length / spent, p50: at(0.5), p99: at(0.99) }));
await store.close();
