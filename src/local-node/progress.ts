/** Called with one line of text for each step of a long operation; the command line shows it. */
export type OnProgress = (text: string) => void;

/** Calls `onProgress` only with a text that differs from the one before. */
export function withoutRepeats(onProgress: OnProgress): OnProgress {
  let last: string | undefined;
  return (text) => {
    if (text !== last) onProgress((last = text));
  };
}
