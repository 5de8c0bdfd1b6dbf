/** The security file, read again when it changes; a faulty edit is reported and the rules before it stay. */
import { readFileSync, statSync } from 'node:fs';
import { CamServerError, errorText } from '../../common/errors.js';
import { parseJson } from '../../common/json.js';
import { parseSecurityRules, type SecurityRules } from './rules.js';

/** Milliseconds between two looks at the file. */
const INTERVAL = 1000;

export class RulesFile {
  private rules: SecurityRules;
  private signature: string;
  private lookedAt = performance.now();

  /**
   * @param warn told of faults and of rights that are too wide
   * @throws CamServerError when the file cannot be read or has a fault
   */
  constructor(
    readonly path: string,
    private readonly warn: (text: string) => void,
  ) {
    this.signature = signatureOf(path);
    this.rules = read(path);
    if ((statSync(path).mode & 0o077) !== 0) {
      warn(`Others can read or write the security file '${path}'; 'chmod 600' would be right.`);
    }
  }

  /** The rules of the moment: an edit counts within a second. */
  current(): SecurityRules {
    if (performance.now() - this.lookedAt >= INTERVAL) this.look();
    return this.rules;
  }

  /** Looks at the file now. */
  look(): void {
    this.lookedAt = performance.now();
    const found = signatureOf(this.path);
    if (found === this.signature) return;
    this.signature = found;
    try {
      this.rules = read(this.path);
      this.warn('The security rules were read again.');
    } catch (error) {
      this.warn(`The security rules stay as they were: ${errorText(error)}`);
    }
  }
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
