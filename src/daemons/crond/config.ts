/** `etc/crond.json`: what the cron daemon runs, and where it tells of it. Pure. */
import { absolutePath, objectOf, parseJson, serialiseJson } from '../kit/json-codec.ts';

export interface CrondConfig {
  /** Folder of the crontab files, as slapos.cookbook:cron.d writes them. */
  directory: string;
  log: string;
}

const codec = objectOf<CrondConfig>({ directory: absolutePath, log: absolutePath });

export const serialiseCrondConfig = (config: CrondConfig): string => serialiseJson(config, codec);
/** Throws OperatorError with the file's path, the JSON pointer and the reason. */
export const parseCrondConfig = (text: string, path: string): CrondConfig => parseJson(text, path, codec);
