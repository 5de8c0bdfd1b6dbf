/** The security file, read again when it changes; a faulty edit is reported and the rules before it stay. */
import { readFileSync, statSync } from 'node:fs';
import { CamServerError, errorText } from '../../common/errors.js';
import { parseJson } from '../../common/json.js';
import { parseSecurityRules, type SecurityRules } from './rules.js';

/** Milliseconds between two looks at the file. */
const INTERVAL = 1000;

/**
 * @param warn told of faults and of rights that are too wide
 * @returns a function that gives the rules of the moment
 * @throws CamServerError when the file cannot be read or has a fault
 */
export function rulesFromFile(path: string, warn: (text: string) => void): () => SecurityRules {
  let rules = read(path);
  let signature = signatureOf(path);
  let lookedAt = performance.now();
  if ((statSync(path).mode & 0o077) !== 0) {
    warn(`Others can read or write the security file '${path}'; 'chmod 600' would be right.`);
  }
  return () => {
    if (performance.now() - lookedAt < INTERVAL) return rules;
    lookedAt = performance.now();
    const found = signatureOf(path);
    if (found === signature) return rules;
    signature = found;
    try {
      rules = read(path);
      warn('The security rules were read again.');
    } catch (error) {
      warn(`The security rules stay as they were: ${errorText(error)}`);
    }
    return rules;
  };
}

function read(path: string): SecurityRules {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new CamServerError('INVALID_SECURITY', `The security file cannot be read: ${errorText(error)}`);
  }
  try {
    return parseSecurityRules(parseJson(text));
  } catch (error) {
    throw new CamServerError('INVALID_SECURITY', `${path}: ${errorText(error)}`);
  }
}

function signatureOf(path: string): string {
  const status = statSync(path, { throwIfNoEntry: false });
  return status === undefined ? '' : `${status.ino} ${status.size} ${status.mtimeMs}`;
}
