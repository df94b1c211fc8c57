// Redirects that lead nowhere, or where a worker must not go: the metadata service of a cloud, the worker's own machine.

import { redirect } from '../web-server.ts';
import { type Animal, page } from './animal.ts';

// All of them are 169.254.169.254, or an address of the loopback network that the zoo does not use (`zooNetworks`).
const forbidden: Readonly<Record<string, string>> = {
  'the metadata service': '169.254.169.254',
  'the metadata service as an IPv4-mapped address': '[::ffff:169.254.169.254]',
  'the metadata service through NAT64': '[64:ff9b::a9fe:a9fe]',
  'the metadata service in one decimal number': '2852039166',
  'the metadata service in one hexadecimal number': '0xa9fea9fe',
  'the metadata service in octal numbers': '0251.0376.0251.0376',
  "Amazon's metadata service by IPv6": '[fd00:ec2::254]',
  'the loopback network': '127.0.0.2',
  'the loopback network in one decimal number': '2130706434',
  'the loopback network in one hexadecimal number': '0x7f000002',
  'the loopback network in octal numbers': '0177.0.0.2',
  'the loopback network in two numbers': '127.2',
  'the loopback network as an IPv4-mapped address': '[::ffff:127.0.0.2]',
  'the loopback network as an IPv4-compatible address': '[::127.0.0.2]',
  'the loopback network through NAT64': '[64:ff9b::7f00:2]',
  'the loopback network through 6to4': '[2002:7f00:2::1]',
  'no address': '0.0.0.0',
  'a link-local address': '169.254.7.7',
  'a link-local address of IPv6': '[fe80::1]',
  'a private address': '10.0.0.1',
};

export const redirectAnimals: readonly Animal[] = [
  { name: 'redirects to itself for ever', start: page(redirect('/')), ends: 'redirect_limit' },
  ...Object.entries(forbidden).map(
    ([where, host]): Animal => ({
      name: `redirects to ${where}`,
      start: page(redirect(`http://${host}/latest/meta-data/`)),
      ends: 'egress_denied',
    }),
  ),
  ...['file:///etc/passwd', 'javascript:alert(1)', 'data:text/plain,fine', 'ftp://127.0.0.1/', 'http://[broken/'].map(
    (location): Animal => ({
      name: `redirects to ${location}`,
      start: page(redirect(location)),
      ends: 'redirect_invalid',
    }),
  ),
];
