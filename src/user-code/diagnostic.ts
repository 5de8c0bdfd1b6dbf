/** Something wrong in a source text. Lines and columns count from 1; null: it belongs to no place. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
}
