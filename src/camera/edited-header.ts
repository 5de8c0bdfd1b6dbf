/**
 * Messages of cameras whose source adds channels or takes some away.
 */
import { deriveDefinition, type EncodedDataHeader, encodeDataHeader } from '../bsread/index.js';
import type { ChannelValue, ChannelValues } from '../common/values.js';
import type { OutputSettings } from './settings.js';

export interface EditedMessage {
  readonly header: EncodedDataHeader;
  readonly values: ChannelValue[];
}

/** Keeps the header of the last message as long as the channels do not change. */
export class EditedHeader {
  private signature = '';
  private header: EncodedDataHeader | null = null;

  /**
   * @param base header of the default channels
   * @param values of the default channels, in the order of `base`
   * @throws what `edit` throws; ValueError for a value that no channel can carry
   */
  edit(
    base: EncodedDataHeader,
    values: readonly ChannelValue[],
    edit: (defaults: ChannelValues) => ChannelValues,
    { scalarCompression, dataHeaderCompression }: OutputSettings,
  ): EditedMessage {
    const defaults = new Map(base.channels.map((definition, index) => [definition.name, values[index]!]));
    const edited = edit(new Map(defaults));
    const definitions = [...edited].map(([name, value]) => {
      const known = base.channels.find((definition) => definition.name === name);
      if (known !== undefined && value === defaults.get(name)) return known;
      return { ...deriveDefinition(name, value), compression: scalarCompression };
    });
    const signature = JSON.stringify(definitions);
    if (this.header === null || signature !== this.signature) {
      this.header = encodeDataHeader(definitions, dataHeaderCompression);
      this.signature = signature;
    }
    return { header: this.header, values: [...edited.values()] };
  }
}
