/** Renders the files of a plan. */
import type { PlannedFile } from '../plan/planned.ts';
import type { Render } from './templates.ts';

export interface RenderedFile extends Omit<PlannedFile, 'body'> {
  content: string;
}

/** The files with their content, sorted by path. Throws when two of them have the same path. */
export function renderFiles(files: readonly PlannedFile[], render: Render): RenderedFile[] {
  const seen = new Set<string>();
  return files
    .map(({ body, ...file }) => {
      if (seen.has(file.path)) throw new Error(`${file.path} is planned twice`);
      seen.add(file.path);
      const content = 'text' in body ? body.text : render(body.template, body.context);
      return { ...file, content };
    })
    .sort((left, right) => (left.path < right.path ? -1 : 1));
}
