/** A schema as it stands in a file. */
export const jsonText = (schema: object): string => `${JSON.stringify(schema, null, 2)}\n`;
