// What a row of the ledger says of how its tick was carried out, for rows that tests write by hand.

/**
 * An expression for the column `measured`. `values`: of the type `measurements`, each an expression of SQL; `scheduledAt` and
 * `responseTimeUs`: those of the row.
 */
export function measuredSql(
  values: Readonly<Record<string, string>>,
  scheduledAt: string,
  responseTimeUs = 'NULL',
): string {
  const fields = Object.entries(values).map(([name, value]) => `'${name}', ${value}`);
  const measurements = `jsonb_populate_record(NULL::measurements, jsonb_build_object(${fields.join(', ')}))`;
  return `packed_measurements(${measurements}, ${scheduledAt}, ${responseTimeUs})`;
}
