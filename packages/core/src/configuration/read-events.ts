// The fast way from YAML to values: js-yaml's events, which give offsets into the text, are turned into parts as they come.
// It reads what nearly all files are made of, and gives up on the rest: read-document.ts, which takes ten times as long, then
// reads it, and has the sentences for all that is wrong. What both can read they read alike (agreement.property.test.ts).

import {
  type AliasEvent,
  COLLECTION_STYLE,
  EVENT_ID,
  type Event,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  type ScalarEvent,
} from 'js-yaml';
import type { ConfigurationFile } from './configuration.ts';
import { blankBelowEscape, isBelowOuterComment } from './disagreements.ts';
import { MappingBuilder, mergeKey, mostMerged } from './mapping-builder.ts';
import { listPart, type Part, type Scalar, scalarPart } from './part.ts';
import { plainScalar } from './plain-scalar.ts';
import { deepest, mostAliased } from './read-document.ts';
import { tabsMeanNothing } from './tabs.ts';

/** Characters about which the two have different opinions, in places where they mean something. */
const unusual = /[\0\x85\u2028\u2029\ufeff]|\r(?!\n)|(?:^|\n)(?: *\.\.\.| +---)/;

/** Null for what is not plain enough, or not right. */
export function readEvents(file: ConfigurationFile): Part | null {
  if (unusual.test(file.text) || blankBelowEscape.test(file.text)) return null;
  try {
    const events = parseEvents(file.text, { maxDepth: deepest, filename: '' });
    return tabsMeanNothing(file.text, events) ? new EventReader(file, events).document() : null;
  } catch {
    // Whatever it is that js-yaml does not like, the slow way says it better.
    return null;
  }
}

class GivenUp extends Error {}

class EventReader {
  readonly #file: ConfigurationFile;
  readonly #events: readonly Event[];
  readonly #anchors = new Map<string, Part>();
  #next = 0;
  #mergedKeys = 0;

  constructor(file: ConfigurationFile, events: readonly Event[]) {
    this.#file = file;
    this.#events = events;
  }

  document(): Part {
    const begin = this.#take();
    if (begin.type !== EVENT_ID.DOCUMENT || begin.directives.length > 0) throw new GivenUp();
    const root = this.#read(this.#take(), 0, true);
    // No configuration, so that it will be refused anyway.
    if (root.kind !== 'mapping') throw new GivenUp();
    // A second document, or none at all.
    if (this.#take().type !== EVENT_ID.POP || this.#next !== this.#events.length) throw new GivenUp();
    return root;
  }

  #take(): Event {
    const event = this.#events[this.#next++];
    if (event === undefined) throw new GivenUp();
    return event;
  }

  /** `without`: where it stands if there is nothing of it in the text. */
  #read(event: Event, without: number, isInBlock: boolean): Part {
    if (event.type === EVENT_ID.ALIAS) return this.#alias(event);
    if (event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP || event.tagStart !== -1) throw new GivenUp();
    const anchor = event.anchorStart === -1 ? null : this.#nameOf(event);
    // What is inside of it cannot mean an earlier one of the same name.
    if (anchor !== null) this.#anchors.delete(anchor);
    const part =
      event.type === EVENT_ID.SCALAR
        ? this.#scalar(event, without, isInBlock)
        : event.type === EVENT_ID.SEQUENCE
          ? this.#list(event.start, event.style === COLLECTION_STYLE.BLOCK)
          : this.#mapping(event.start, event.style === COLLECTION_STYLE.BLOCK);
    if (anchor !== null) this.#anchors.set(anchor, part);
    return part;
  }

  #alias(event: AliasEvent): Part {
    const part = this.#anchors.get(this.#nameOf(event));
    if (part === undefined || part.size > mostAliased) throw new GivenUp();
    return { ...part, offset: this.#file.text.lastIndexOf('*', event.anchorStart), keyOffset: null };
  }

  #nameOf({ anchorStart, anchorEnd }: Pick<AliasEvent, 'anchorStart' | 'anchorEnd'>): string {
    const name = this.#file.text.slice(anchorStart, anchorEnd);
    if (/^[\w-]+$/.test(name)) return name;
    throw new GivenUp();
  }

  #scalar(event: ScalarEvent, without: number, isInBlock: boolean): Part {
    const offset = this.#startOf(event) ?? without;
    const isPlain = isInBlock && event.style === SCALAR_STYLE.PLAIN && event.valueStart !== -1;
    if (isPlain && isBelowOuterComment(this.#file.text, offset)) throw new GivenUp();
    return scalarPart({ file: this.#file, offset }, this.#valueOf(event));
  }

  #list(offset: number, isBlock: boolean): Part {
    const items: Part[] = [];
    for (let event = this.#take(); event.type !== EVENT_ID.POP; event = this.#take()) {
      items.push(this.#read(event, offset, isBlock));
    }
    return listPart({ file: this.#file, offset }, items);
  }

  #mapping(offset: number, isBlock: boolean): Part {
    const builder = new MappingBuilder();
    let isFirst = true;
    for (let event = this.#take(); event.type !== EVENT_ID.POP; event = this.#take()) {
      if (event.type !== EVENT_ID.SCALAR || event.tagStart !== -1 || event.anchorStart !== -1) throw new GivenUp();
      const keyOffset = this.#startOf(event);
      if (keyOffset === null || (isBlock && !isFirst && !this.#beginsLine(keyOffset))) throw new GivenUp();
      isFirst = false;
      const key = String(this.#valueOf(event));
      const part = this.#read(this.#take(), keyOffset, isBlock);
      if (key === mergeKey && event.style === SCALAR_STYLE.PLAIN) {
        this.#mergedKeys += MappingBuilder.keysMerged(part);
        if (this.#mergedKeys > mostMerged) throw new GivenUp();
        if (builder.merging || builder.merge(part).length > 0) throw new GivenUp();
      } else if (builder.has(key)) throw new GivenUp();
      else builder.add(key, keyOffset, part);
    }
    return builder.build({ file: this.#file, offset });
  }

  /** A key behind something else in the same line, as in `- 'a' b: 1`, is none of YAML's. */
  #beginsLine(offset: number): boolean {
    return /^ *(?:\? +)?$/.test(this.#file.text.slice(this.#file.text.lastIndexOf('\n', offset - 1) + 1, offset));
  }

  #valueOf(event: ScalarEvent): Scalar {
    const text = getScalarValue(this.#file.text, event);
    return event.style === SCALAR_STYLE.PLAIN ? plainScalar(text) : text;
  }

  /** Events have offsets of what is inside the quotes, or below the head of a block. */
  #startOf({ style, valueStart }: ScalarEvent): number | null {
    if (valueStart === -1) return null;
    if (style === SCALAR_STYLE.PLAIN) return valueStart;
    if (style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED) return valueStart - 1;
    const lineStart = this.#file.text.lastIndexOf('\n', valueStart - 2) + 1;
    const head = /[|>][-+]?([0-9]?)[-+]?[ \t]*(#.*)?\r?\n?$/.exec(this.#file.text.slice(lineStart, valueStart));
    // Blank lines below a head that says how far the text is indented are read differently.
    if (head === null || head[1] !== '') throw new GivenUp();
    return lineStart + head.index;
  }
}
