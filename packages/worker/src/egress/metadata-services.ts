// Where clouds serve metadata to their machines: credentials, for whoever can send a request from there. No check connects
// to them, whatever an operator opens; opening 169.254.0.0/16 for something else must not open these.

import type { IpAddress } from '@everytick/core';
import { networkOf } from './closed-ranges.ts';

const services = [
  '169.254.169.254', // AWS, Azure, Google Cloud, OpenStack, Oracle, DigitalOcean, Hetzner and most others
  'fe80::a9fe:a9fe', // OpenStack, Akamai
  'fd00:ec2::254', // AWS
  'fd20:ce::254', // Google Cloud
  'fd00:c1::a9fe:a9fe', // Oracle
  'fd00:a9fe:a9fe::1', // Akamai (Linode)
  '169.254.169.252', // Google Kubernetes Engine, behind 169.254.169.254
  '169.254.170.2', // AWS ECS: credentials of tasks
  '169.254.170.23', // AWS EKS: credentials of pods
  'fd00:ec2::23', // the same
  '168.63.129.16', // Azure: the host of a virtual machine
  '100.100.100.200', // Alibaba Cloud
  'fd00:100::100:200', // the same
  '100.96.0.96', // Volcano Engine
  '169.254.0.23', // Tencent Cloud
  '169.254.42.42', // Scaleway
  'fd00:42::42', // the same
  '192.0.0.192', // Oracle Cloud Classic
].map(networkOf);

export function isMetadataService(address: IpAddress): boolean {
  return services.some((service) => service.contains(address));
}
