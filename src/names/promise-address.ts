/** The delivery promise sends itself mail at this address. Nobody else can log in to it, write to it or claim its domain. */
export const promiseDomain = 'promise.invalid';
export const promiseAddress = `delivery@${promiseDomain}`;
