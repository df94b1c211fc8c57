// What a PromQL query asks for: the metrics it selects and the labels it names, taken from Prometheus's own grammar.

import { parser } from '@prometheus-io/lezer-promql';

export interface Selector {
  readonly metric: string;
  /** What it matches labels with. */
  readonly matchers: readonly Matcher[];
}

export interface Matcher {
  readonly label: string;
  readonly value: string;
}

export interface PromQuery {
  readonly selectors: readonly Selector[];
  /** Labels that it groups or joins by: those named in `by`, `without`, `on`, `ignoring`, `group_left` and `group_right`. */
  readonly grouping: readonly string[];
}

type Node = ReturnType<typeof parser.parse>['topNode'];

/** Throws an Error that says where the query is wrong. Variables of Grafana have to be gone from it. */
export function parseQuery(text: string): PromQuery {
  const textOf = (node: Node) => text.slice(node.from, node.to);
  const selectors: Selector[] = [];
  const grouping: string[] = [];
  parser.parse(text).iterate({
    enter: ({ type, from, node }) => {
      if (type.isError) throw new Error(`this is no PromQL, at character ${from}: ${text}`);
      if (type.name === 'VectorSelector') selectors.push(selectorOf(node, textOf));
      if (type.name === 'GroupingLabels') grouping.push(...node.getChildren('LabelName').map(textOf));
    },
  });
  return { selectors, grouping };
}

function selectorOf(node: Node, textOf: (node: Node) => string): Selector {
  const metric = node.getChild('Identifier');
  const matchers = (node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []).map((matcher) => {
    const [label, value] = [matcher.getChild('LabelName'), matcher.getChild('StringLiteral')];
    if (label === null || value === null) throw new Error(`this matcher is not understood: ${textOf(matcher)}`);
    return { label: textOf(label), value: textOf(value).slice(1, -1) };
  });
  if (metric === null) throw new Error(`a selector without a name asks for everything: ${textOf(node)}`);
  return { metric: textOf(metric), matchers };
}
