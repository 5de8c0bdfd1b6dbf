/**
 * HDF5 files, read and written by rows, with the bit shuffle filter built in:
 *
 *     const file = await Hdf5File.create('images.h5');
 *     const images = await file.createDataset('/data/image', { type: 'uint16', rowShape: [960, 1280] });
 *     await file.write([{ dataset: images, first: images.rows, bytes }]);
 *     await file.close();
 */
export { CHUNK_BYTES, type Creation, Hdf5Dataset } from './dataset.js';
export { Hdf5File, type RowsOf } from './file.js';
