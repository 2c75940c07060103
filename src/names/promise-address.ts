/** The delivery promise writes to itself at this address; nobody else can log in, write to it or claim its domain. */
export const promiseDomain = 'promise.invalid';
export const promiseAddress = `delivery@${promiseDomain}`;
