// The variables of OpenTelemetry that are whole numbers: how spans are batched, and how much one span may hold.

/** What a variable says, what it is where that is absent or wrong, and what is allowed. */
interface WholeNumber {
  readonly names: readonly [string, ...string[]];
  readonly min: number;
  readonly otherwise: number;
}

// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ has the names and the defaults.
const batch = {
  scheduledDelayMillis: { names: ['OTEL_BSP_SCHEDULE_DELAY'], min: 1, otherwise: 5_000 },
  exportTimeoutMillis: { names: ['OTEL_BSP_EXPORT_TIMEOUT'], min: 1, otherwise: 30_000 },
  maxQueueSize: { names: ['OTEL_BSP_MAX_QUEUE_SIZE'], min: 1, otherwise: 2_048 },
  maxExportBatchSize: { names: ['OTEL_BSP_MAX_EXPORT_BATCH_SIZE'], min: 1, otherwise: 512 },
} as const satisfies Record<string, WholeNumber>;

const limits = {
  attributeCountLimit: {
    names: ['OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', 'OTEL_ATTRIBUTE_COUNT_LIMIT'],
    min: 0,
    otherwise: 128,
  },
  attributeValueLengthLimit: {
    names: ['OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'],
    min: 0,
    otherwise: Number.POSITIVE_INFINITY,
  },
  eventCountLimit: { names: ['OTEL_SPAN_EVENT_COUNT_LIMIT'], min: 0, otherwise: 128 },
  linkCountLimit: { names: ['OTEL_SPAN_LINK_COUNT_LIMIT'], min: 0, otherwise: 128 },
  attributePerEventCountLimit: { names: ['OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT'], min: 0, otherwise: 128 },
  attributePerLinkCountLimit: { names: ['OTEL_LINK_ATTRIBUTE_COUNT_LIMIT'], min: 0, otherwise: 128 },
} as const satisfies Record<string, WholeNumber>;

/** As BatchSpanProcessor and TracerProvider take them. */
export function wholeNumbers(given: (name: string) => string | undefined, warnings: string[]) {
  const read = ({ names, min, otherwise }: WholeNumber): number => {
    const name = names.find((each) => given(each) !== undefined) ?? names[0];
    const text = given(name);
    if (text === undefined) return otherwise;
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= min) return value;
    const shown = Number.isFinite(otherwise) ? otherwise : 'without a limit';
    warnings.push(`${name} is "${text}"; it must be a whole number of ${min} or more, so it is ${shown}`);
    return otherwise;
  };
  return { batch: readAll(batch, read), limits: readAll(limits, read) };
}

function readAll<Key extends string>(numbers: Record<Key, WholeNumber>, read: (number: WholeNumber) => number) {
  return Object.fromEntries(Object.keys(numbers).map((key) => [key, read(numbers[key as Key])])) as Record<Key, number>;
}
