// Settings that list networks.

import { z } from 'zod';
import { IpNetwork } from '../network/ip-network.ts';
import type { Setting } from './setting.ts';

/** Addresses and networks, as they were written; none by default. */
export function networkListSetting(variable: string, meaning: string): Setting<string[]> {
  const elementsOf = (text: string) => text.split(/[\s,]+/).filter((element) => element !== '');
  const wrongPart = (text: string) => elementsOf(text).find((element) => IpNetwork.parse(element) === null);
  return {
    variable,
    schema: z
      .string()
      .refine((text) => wrongPart(text) === undefined)
      .transform(elementsOf),
    allowed:
      'IP addresses and networks in CIDR notation, such as 10.1.0.0/16, with no bit set beyond the prefix, separated by commas or spaces',
    defaultText: '',
    defaultShown: 'none',
    meaning,
    wrongPart,
  };
}
