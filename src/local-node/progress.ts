/** Called with one line of text whenever a long operation gets on; the command line shows it. */
export type OnProgress = (text: string) => void;

/** The same without a text that is the last one again. */
export function withoutRepeats(onProgress: OnProgress): OnProgress {
  let last: string | undefined;
  return (text) => {
    if (text !== last) onProgress((last = text));
  };
}
