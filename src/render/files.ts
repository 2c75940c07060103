/** Renders the files of a plan. */
import type { PlannedFile } from '../plan/planned.ts';
import type { Render } from './templates.ts';

export interface RenderedFile extends Omit<PlannedFile, 'body'> {
  content: string;
}

/** The files with their content, sorted by path. */
export function renderFiles(files: readonly PlannedFile[], render: Render): RenderedFile[] {
  return files
    .map(({ body, ...file }) => {
      const content = 'text' in body ? body.text : render(body.template, body.context);
      return { ...file, content };
    })
    .sort((left, right) => (left.path < right.path ? -1 : 1));
}
