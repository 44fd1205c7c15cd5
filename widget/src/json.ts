/** Parses an answer of the server, in which `null` means the same as absent. */
export const parse = (text: string): any => JSON.parse(text, (_, value: unknown) => value ?? undefined);
