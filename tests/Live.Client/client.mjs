// The official client against the local hub: node client.mjs SCENARIO. It asks the test for what the server is to do by a line of JSON on
// stdout, and reads the answer from stdin; it ends with 0 if the scenario came out as expected.
import assert from "node:assert/strict";
import { createInterface } from "node:readline";
import { WebPubSubClient, WebPubSubJsonProtocol, WebPubSubJsonReliableProtocol } from "@azure/web-pubsub-client";

const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const once = (client, event) => new Promise((resolve) => client.on(event, resolve));
let asked = Promise.resolve();

// One question after the other, so that each gets its own answer.
function server(action, fields = {}) {
  return (asked = asked.then(async () => {
    process.stdout.write(JSON.stringify({ action, ...fields }) + "\n");
    return JSON.parse((await answers.next()).value);
  }));
}

const send = (group, data) => server("send", { group, json: JSON.stringify(data) });

function open(options = {}, roles = undefined) {
  const { plain, ...rest } = options;
  return new WebPubSubClient(
    { getClientAccessUrl: async () => (await server("negotiate", { roles })).url },
    { protocol: plain ? WebPubSubJsonProtocol() : WebPubSubJsonReliableProtocol(), messageRetryOptions: { maxRetries: 0 }, ...rest },
  );
}

// Notes messages; waits until there are so many.
function noted(client) {
  const all = [];
  let wanted = 0;
  let enough = () => {};
  client.on("group-message", (e) => {
    all.push(e.message);
    if (all.length >= wanted) {
      enough();
    }
  });
  return { all, until: (count) => new Promise((resolve) => ((wanted = count), (enough = resolve), all.length >= count && resolve())) };
}

async function started(client) {
  const connected = once(client, "connected");
  await client.start();
  return await connected;
}

async function groups(plain) {
  const client = open({ plain });
  const { userId, connectionId } = await started(client);
  assert.equal(userId, "acme.0001");
  assert.ok(connectionId);
  const messages = noted(client);
  await client.joinGroup("acme.items.AAPL");
  await send("acme.items.AAPL", { from: "p", seq: 1, kind: "delta", changes: [{ title: "ä" }] });
  await messages.until(1);
  assert.equal(messages.all[0].group, "acme.items.AAPL");
  assert.equal(messages.all[0].dataType, "json");
  assert.deepEqual(messages.all[0].data, { from: "p", seq: 1, kind: "delta", changes: [{ title: "ä" }] });
  await client.leaveGroup("acme.items.AAPL");
  assert.equal((await server("watched", { group: "acme.items.AAPL" })).isWatched, false);
  client.stop();
}

async function forbidden(client, act) {
  await assert.rejects(act, (error) => error.name === "SendMessageError" && error.errorDetail.name === "Forbidden");
}

const scenarios = {
  "groups, plain": () => groups(true),
  "groups, reliable": () => groups(false),

  "forbidden join": async () => {
    const client = open();
    await started(client);
    await forbidden(client, () => client.joinGroup("bolt.items.AAPL"));
    await client.joinGroup("acme.items.AAPL");
    client.stop();
  },

  "send to group": async () => {
    const [reader, writer] = [open(), open({}, ["webpubsub.sendToGroup.acme.chat", "webpubsub.joinLeaveGroup.acme.chat"])];
    await started(reader);
    await started(writer);
    const [read, written] = [noted(reader), noted(writer)];
    await reader.joinGroup("acme.chat");
    await writer.joinGroup("acme.chat");
    await forbidden(reader, () => reader.sendToGroup("acme.chat", "x", "text"));
    await writer.sendToGroup("acme.chat", "to others", "text", { noEcho: true });
    await writer.sendToGroup("acme.chat", { a: 1 }, "json");
    await writer.sendToGroup("acme.chat", new Uint8Array([1, 2, 3]).buffer, "binary", { fireAndForget: true });
    assert.deepEqual(await writer.sendEvent("hello", "x", "text").then((r) => r.isDuplicated), false);
    await read.until(3);
    await written.until(2);
    assert.deepEqual(read.all.slice(0, 2).map((m) => [m.fromUserId, m.data]), [["acme.0001", "to others"], ["acme.0001", { a: 1 }]]);
    assert.deepEqual([...new Uint8Array(read.all[2].data)], [1, 2, 3]);
    assert.deepEqual(written.all[0].data, { a: 1 });
    await writer.sendToGroup("acme.chat", "once", "text", { ackId: 77 });
    assert.equal((await writer.sendToGroup("acme.chat", "once", "text", { ackId: 77 })).isDuplicated, true);
    reader.stop();
    writer.stop();
  },

  ping: async () => {
    const inner = WebPubSubJsonReliableProtocol();
    let pong = () => {};
    const ponged = new Promise((resolve) => (pong = resolve));
    const protocol = {
      name: inner.name,
      isReliableSubProtocol: true,
      writeMessage: (message) => inner.writeMessage(message),
      parseMessages: (text) => {
        const message = inner.parseMessages(text);
        if (message?.kind === "pong") {
          pong();
        }
        return message;
      },
    };
    const client = open({ protocol, keepAliveIntervalInMs: 20 });
    await started(client);
    await ponged;
    client.stop();
  },

  "reconnect, plain": async () => {
    const client = open({ plain: true });
    const { connectionId } = await started(client);
    await client.joinGroup("acme.runs");
    const messages = noted(client);
    const [disconnected, again] = [once(client, "disconnected"), once(client, "connected")];
    await server("cut");
    assert.equal((await disconnected).connectionId, connectionId);
    assert.notEqual((await again).connectionId, connectionId);
    await send("acme.runs", "after");
    await messages.until(1);
    assert.deepEqual(messages.all.map((m) => m.data), ["after"]);
    client.stop();
  },

  recovery: async () => {
    const client = open();
    await started(client);
    await client.joinGroup("acme.runs");
    const messages = noted(client);
    client.on("connected", () => assert.fail("a new connection, not the old one"));
    const sent = [];
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 20; i++) {
        sent.push(sent.length);
        await send("acme.runs", sent.at(-1));
        if (i === 10) {
          await server("cut");
        }
      }
      await messages.until(sent.length);
    }
    assert.deepEqual(messages.all.map((m) => m.data), sent);
    assert.deepEqual(messages.all.map((m) => m.sequenceId), sent.map((n) => n + 1));
    client.stop();
  },

  "recovery that fails": async () => {
    const client = open();
    const { connectionId } = await started(client);
    await client.joinGroup("acme.runs");
    const again = once(client, "connected");
    await server("hold");
    for (let i = 0; i < 120; i++) {
      await send("acme.runs", "too many for one that is lost");
    }
    assert.equal((await server("watched", { group: "acme.runs" })).isWatched, false);
    await server("resume");
    assert.notEqual((await again).connectionId, connectionId);
    const messages = noted(client);
    await send("acme.runs", "after");
    await messages.until(1);
    assert.deepEqual(messages.all.map((m) => [m.sequenceId, m.data]), [[1, "after"]]);
    client.stop();
  },

  "revoked key": async () => {
    const client = open({ autoReconnect: false });
    await started(client);
    const [disconnected, stopped] = [once(client, "disconnected"), once(client, "stopped")];
    await server("revoke");
    assert.equal((await disconnected).message.message, "the key was revoked");
    await stopped;
    await assert.rejects(() => client.start());
  },
};

try {
  await scenarios[process.argv[2]]();
  process.exit(0);
} catch (error) {
  console.error(error);
  process.exit(1);
}
