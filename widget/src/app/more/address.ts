/** An address as a link may hold it: of a website, or of this server. Nothing that runs when it is followed. */
export const web = (address = ''): string | undefined => (/^(https?:\/\/|\/)/i.test(address) ? address : undefined);
