// A DNS server that answers every name of the zone with 127.0.0.1, after a while, in a process of its own, and writes down when
// the question came and when the answer left.

import dgram from 'node:dgram';
import { once } from 'node:events';
import dnsPacket from 'dns-packet';
import { arrivalMs, nowMs } from './arrival.ts';
import { Books, leaveWithParent } from './books.ts';
import { delaysIn } from './check-plan.ts';
import type { DnsAddresses } from './server-books.ts';

const books = new Books();

// Without it, Node sends in the next round of the event loop, when it has looked up what is an address already.
const lookup: dgram.SocketOptions['lookup'] = (address, _options, found) => found(null, address, 4);
const udp = dgram.createSocket({ type: 'udp4', lookup });

udp.on('message', (message, { address, port }) => {
  const questionMs = arrivalMs();
  const query = dnsPacket.decode(message);
  const question = query.questions?.[0];
  if (!question) return;
  const name = question.name.toLowerCase();
  const delayMs = delaysIn(name)?.dnsMs;
  const answer = dnsPacket.encode({
    type: 'response',
    id: query.id ?? 0,
    flags: dnsPacket.RECURSION_DESIRED | dnsPacket.RECURSION_AVAILABLE | (delayMs === undefined ? 3 : 0),
    questions: [question],
    answers: delayMs === undefined ? [] : [{ type: 'A', name: question.name, ttl: 60, data: '127.0.0.1' }],
  });
  const send = () => {
    udp.send(answer, port, address);
    const record = books.of(name);
    // Asked twice, it is the first question that the client has waited for.
    record.questionMs ??= questionMs;
    record.answerMs ??= nowMs();
  };
  if (delayMs) setTimeout(send, delayMs);
  else send();
});

const listening = once(udp, 'listening');
udp.bind(0, '127.0.0.1');
await listening;
const addresses: DnsAddresses = { dns: udp.address().port, books: await books.serve() };
process.stdout.write(`${JSON.stringify(addresses)}\n`);
leaveWithParent();
