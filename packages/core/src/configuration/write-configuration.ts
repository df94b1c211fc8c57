// From a set of targets to the text of a configuration file that declares it.

import { Document, isScalar, visit } from 'yaml';
import type { TargetDeclaration, TargetSet } from '../apply/target-set.ts';
import { defaultLocation } from '../domain/location-name.ts';
import { checkOptionNames } from '../targets/check-options-schema.ts';
import { targetDocument } from '../targets/target-document.ts';
import { defaultTimeoutMs } from '../targets/target-spec.ts';
import { keepTexts } from './keep-texts.ts';

/** Lists of nothing longer are written in one line: `[default, frankfurt]`. */
const longestInFlow = 20;

/** YAML that reads back as the same set. What a target has by default is left out. */
export function writeConfiguration({ source, declarations }: TargetSet): string {
  const content = { ...(source === null ? {} : { source }), targets: declarations.map(written) };
  const document = new Document(content, {
    // Readers of YAML 1.1 take more texts for something else (yes, 1_000, 12:30:45): those are quoted as well.
    compat: 'yaml-1.1',
    aliasDuplicateObjects: false,
  });
  visit(document, {
    Scalar(place, node) {
      // What is written is what is meant: variables, which only values can have, are for those who write files themselves.
      if (typeof node.value === 'string' && place !== 'key') node.value = node.value.replaceAll('${', () => '$${');
    },
    Seq(_, node) {
      if (node.items.every((item) => isScalar(item) && String(item.value).length <= longestInFlow)) node.flow = true;
    },
  });
  keepTexts(document);
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

function written({ spec, paused }: TargetDeclaration): object {
  const { name, url, every, timeout, match, locations, group, labels } = targetDocument(spec);
  const given = {
    name,
    url,
    group,
    labels,
    every,
    timeout: spec.timeoutMs === defaultTimeoutMs(spec.intervalS) ? undefined : timeout,
    locations: locations.join() === defaultLocation ? undefined : locations,
    paused: paused ?? undefined,
    match,
    // The database has them in an order of its own.
    ...Object.fromEntries(checkOptionNames.map((option) => [option, spec.options[option]])),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
