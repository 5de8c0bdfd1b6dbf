import { expect } from 'chai';
import fc from 'fast-check';
import { isEqual } from '../../../src/console/app/core/changes.js';
import { keptDocument, LIFETIMES, lifetimeChanges, testName } from '../../../src/console/app/core/launch.js';
import type { JsonRecord } from '../../../src/console/app/core/plant.js';

const documents = fc.dictionary(
  fc.constantFrom('a', 'b', 'c', 'no_client_timeout'),
  fc.jsonValue({ maxDepth: 1 }),
) as fc.Arbitrary<JsonRecord>;

describe('a test instance', () => {
  it('has the name of its configuration and of who tries it', () => {
    expect(testName('a_sp', 'otto')).to.equal('a_sp_test_otto');
    expect(testName('a_sp', null)).to.equal('a_sp_test_me');
  });

  it('ends after an hour unless something else is chosen, and as configured when that is', () => {
    expect(lifetimeChanges(3600)).to.deep.equal({ no_client_timeout: 3600 });
    expect(LIFETIMES.some(({ seconds }) => seconds === null)).to.equal(true);
    expect(lifetimeChanges(null)).to.deep.equal({});
  });

  it('keeps what was changed, and neither defaults nor when it ends', () => {
    const stored = { camera_name: 'cam', image_threshold: 5, averaging: 2, no_client_timeout: 60 };
    const defaults = { image_slices: null, pipeline_type: 'processing' };
    const running = {
      camera_name: 'cam',
      image_threshold: 12,
      image_slices: null,
      pipeline_type: 'processing',
      no_client_timeout: 3600,
    };
    expect(keptDocument(stored, defaults, running)).to.deep.equal({
      camera_name: 'cam',
      image_threshold: 12,
      no_client_timeout: 60,
    });
  });

  it('becomes, with the defaults, what runs', () => {
    fc.assert(
      fc.property(documents, documents, documents, (start, defaults, changes) => {
        const running = { ...defaults, ...start, ...changes };
        const again: JsonRecord = { ...defaults, ...keptDocument(start, defaults, running) };
        delete again.no_client_timeout;
        delete running.no_client_timeout;
        expect(isEqual(again, running)).to.equal(true);
      }),
    );
  });
});
