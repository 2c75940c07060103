/** SHA-256 of nothing real, all bytes the same: `AA:AA:…`. */
export const fingerprint = (byte: string): string => Array.from({ length: 32 }, () => byte).join(':');
