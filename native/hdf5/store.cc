#include "store.h"

#include <algorithm>

#include "bitshuffle_filter.h"
#include "types.h"

namespace camserver::hdf5 {

namespace {

constexpr size_t least_cache = 1 << 20;
constexpr size_t most_cache = size_t{1} << 28;
constexpr size_t cache_slots = 521;

// What the library says about the last failure: the innermost description, which names the cause.
std::string library_error() {
    std::string text;
    H5Ewalk2(
        H5E_DEFAULT, H5E_WALK_DOWNWARD,
        [](unsigned, const H5E_error2_t *error, void *data) -> herr_t {
            if (error->desc != nullptr && *error->desc != '\0') *static_cast<std::string *>(data) = error->desc;
            return 0;
        },
        &text);
    H5Eclear2(H5E_DEFAULT);
    return text.empty() ? "unknown error" : text;
}

void check(herr_t status, const std::string &what) {
    if (status < 0) throw StoreError(what + ": " + library_error());
}

std::string named(const Dataset &dataset) { return "dataset '" + dataset.path + "' of '" + dataset.file->path + "'"; }

std::vector<hsize_t> read_shape(hid_t dataset, const std::string &what) {
    const Handle space(H5Dget_space(dataset), H5Sclose, what);
    const int rank = H5Sget_simple_extent_ndims(space);
    if (rank < 0) throw StoreError(what + ": " + library_error());
    std::vector<hsize_t> shape(static_cast<size_t>(rank));
    if (rank > 0) check(H5Sget_simple_extent_dims(space, shape.data(), nullptr), what);
    return shape;
}

size_t bytes_of_row(const std::vector<hsize_t> &shape, size_t element_size) {
    size_t size = element_size;
    for (size_t axis = 1; axis < shape.size(); axis += 1) size *= shape[axis];
    return size;
}

// Chunks that hold several rows are read once for all of them only if the cache holds a row of chunks.
Handle access_properties(const std::vector<hsize_t> &chunk, size_t row_size, size_t least = least_cache) {
    Handle properties(H5Pcreate(H5P_DATASET_ACCESS), H5Pclose, "HDF5 properties");
    const size_t rows = chunk.empty() ? 1 : chunk[0];
    const size_t wanted = rows > 1 ? std::min(most_cache, 2 * rows * row_size) : least;
    H5Pset_chunk_cache(properties, cache_slots, std::max(least, wanted), 1.0);
    return properties;
}

std::vector<hsize_t> chunk_of(hid_t dataset, size_t rank, const std::string &what) {
    const Handle properties(H5Dget_create_plist(dataset), H5Pclose, what);
    if (rank == 0 || H5Pget_layout(properties) != H5D_CHUNKED) return {};
    std::vector<hsize_t> chunk(rank);
    check(H5Pget_chunk(properties, static_cast<int>(rank), chunk.data()), what);
    return chunk;
}

// See Dataset::packed_chunk_size.
size_t packed_chunk_size(hid_t dataset, const std::vector<hsize_t> &chunk, const std::string &what) {
    const Handle properties(H5Dget_create_plist(dataset), H5Pclose, what);
    if (chunk.empty() || H5Pget_nfilters(properties) < 1) return 0;
    size_t parameters = 0;
    unsigned flags = 0, config = 0;
    if (H5Pget_filter2(properties, 0, &flags, &parameters, nullptr, 0, nullptr, &config) != bitshuffle_filter) return 0;
    const Handle type(H5Dget_type(dataset), H5Tclose, what);
    size_t size = H5Tget_size(type);
    for (const hsize_t length : chunk) size *= length;
    return size;
}

// The rows [first, first + count) of the file, and the same in memory.
struct Selection {
    Handle file_space;
    Handle memory_space;
};

Selection select_rows(const Dataset &dataset, hsize_t first, hsize_t count) {
    const std::string what = named(dataset);
    Handle file_space(H5Dget_space(dataset.id), H5Sclose, what);
    std::vector<hsize_t> start(dataset.shape.size(), 0), extent = dataset.shape;
    if (extent.empty()) return {std::move(file_space), Handle(H5Screate(H5S_SCALAR), H5Sclose, what)};
    start[0] = first;
    extent[0] = count;
    check(H5Sselect_hyperslab(file_space, H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr), what);
    return {std::move(file_space),
            Handle(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr), H5Sclose, what)};
}

std::shared_ptr<Dataset> keep(Dataset *dataset) {
    std::shared_ptr<Dataset> kept(dataset);
    auto &known = kept->file->datasets;
    known.erase(std::remove_if(known.begin(), known.end(), [](const auto &other) { return other.expired(); }), known.end());
    known.push_back(kept);
    return kept;
}

void check_size(const Dataset &dataset, hsize_t count, size_t size) {
    const size_t expected = dataset.row_size * (dataset.shape.empty() ? 1 : count);
    if (size == expected) return;
    throw StoreError(named(dataset) + ": " + std::to_string(expected) + " bytes expected, but " + std::to_string(size) +
                     " given");
}

}  // namespace

Handle::Handle(hid_t id, Close close, const std::string &what) : id_(id), close_(close) {
    if (id < 0) throw StoreError(what + ": " + library_error());
}

Handle::Handle(Handle &&other) noexcept : id_(other.id_), close_(other.close_) { other.id_ = -1; }

Handle::~Handle() {
    if (id_ >= 0) close_(id_);
}

void Handle::close(const std::string &what) {
    const hid_t id = id_;
    id_ = -1;
    if (id >= 0) check(close_(id), what);
}

void silence_library() { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }

std::shared_ptr<File> open_file(const std::string &path, Access access) {
    register_bitshuffle_filter();
    const std::string what = "HDF5 file '" + path + "'";
    const hid_t id = access == Access::read     ? H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)
                     : access == Access::append ? H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT)
                                                : H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    return std::shared_ptr<File>(new File{Handle(id, H5Fclose, what), path, {}});
}

bool has_object(const File &file, const std::string &path) {
    // each group on the way must exist before the library may be asked for the next
    for (size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
        const std::string part = path.substr(0, end);
        if (!part.empty() && part != "/" && H5Lexists(file.id, part.c_str(), H5P_DEFAULT) <= 0) {
            H5Eclear2(H5E_DEFAULT);
            return false;
        }
        if (end == std::string::npos) return true;
    }
}

std::shared_ptr<Dataset> open_dataset(const std::shared_ptr<File> &file, const std::string &path) {
    const std::string what = "dataset '" + path + "' of '" + file->path + "'";
    if (!has_object(*file, path)) throw StoreError(what + " does not exist");
    std::vector<hsize_t> chunk, shape;
    Type type;
    size_t packed = 0;
    {
        const Handle id(H5Dopen2(file->id, path.c_str(), H5P_DEFAULT), H5Dclose, what);
        type = read_type(id, what);
        shape = read_shape(id, what);
        chunk = chunk_of(id, shape.size(), what);
        packed = packed_chunk_size(id, chunk, what);
    }
    const size_t row_size = bytes_of_row(shape, type.size);
    const Handle access = access_properties(chunk, row_size);
    return keep(new Dataset{file, Handle(H5Dopen2(file->id, path.c_str(), access), H5Dclose, what), memory_type(type), path,
                            type, shape, row_size, packed});
}

std::shared_ptr<Dataset> create_dataset(const std::shared_ptr<File> &file, const std::string &path,
                                        const Creation &creation) {
    const std::string what = "dataset '" + path + "' of '" + file->path + "'";
    std::vector<hsize_t> shape, most, chunk;
    if (!creation.is_scalar) {
        shape = {creation.rows};
        most = {creation.maximum_rows};
        chunk = {std::max<hsize_t>(1, std::min(creation.chunk_rows, creation.maximum_rows))};
        for (const hsize_t length : creation.row_shape) {
            for (auto *list : {&shape, &most, &chunk}) list->push_back(length);
        }
    }
    const Handle type = memory_type(creation.type);
    const Handle space(creation.is_scalar ? H5Screate(H5S_SCALAR)
                                          : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), most.data()),
                       H5Sclose, what);
    const Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose, what);
    H5Pset_create_intermediate_group(links, 1);
    const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, what);
    if (!creation.is_scalar) {
        check(H5Pset_chunk(properties, static_cast<int>(chunk.size()), chunk.data()), what);
        // fill values are written only where nothing else is
        H5Pset_fill_time(properties, H5D_FILL_TIME_IFSET);
        const unsigned lz4[] = {0, 2};
        if (creation.is_compressed) check(H5Pset_filter(properties, bitshuffle_filter, 0, 2, lz4), what);
    }
    const size_t row_size = bytes_of_row(shape, creation.type.size);
    // rows come one after the other: the last chunks are enough, and little is lost or left to write when the disk is full
    const size_t least = chunk.empty() || chunk[0] == 1 ? least_cache : 2 * chunk[0] * row_size;
    const Handle access = access_properties(chunk, row_size, least);
    Handle id(H5Dcreate2(file->id, path.c_str(), type, space, links, properties, access), H5Dclose, what);
    const size_t packed = packed_chunk_size(id, chunk, what);
    return keep(
        new Dataset{file, std::move(id), memory_type(creation.type), path, creation.type, shape, row_size, packed});
}

void resize(Dataset &dataset, hsize_t rows) {
    if (dataset.shape.empty()) throw StoreError(named(dataset) + " has no rows");
    std::vector<hsize_t> shape = dataset.shape;
    shape[0] = rows;
    check(H5Dset_extent(dataset.id, shape.data()), named(dataset));
    dataset.shape = shape;
}

void read_rows(Dataset &dataset, hsize_t first, hsize_t count, void *bytes, size_t size) {
    check_size(dataset, count, size);
    if (!dataset.shape.empty() && (first > dataset.shape[0] || count > dataset.shape[0] - first)) {
        throw StoreError(named(dataset) + " has " + std::to_string(dataset.shape[0]) + " rows, none at " +
                         std::to_string(first + count - 1));
    }
    const Selection selection = select_rows(dataset, first, count);
    const ExpectedChunk expected(dataset.packed_chunk_size);
    check(H5Dread(dataset.id, dataset.memory_type, selection.memory_space, selection.file_space, H5P_DEFAULT, bytes),
          named(dataset));
}

void write_rows(Dataset &dataset, hsize_t first, hsize_t count, const void *bytes, size_t size) {
    check_size(dataset, count, size);
    if (!dataset.shape.empty() && first + count > dataset.shape[0]) resize(dataset, first + count);
    const Selection selection = select_rows(dataset, first, count);
    const ExpectedChunk expected(dataset.packed_chunk_size);
    check(H5Dwrite(dataset.id, dataset.memory_type, selection.memory_space, selection.file_space, H5P_DEFAULT, bytes),
          named(dataset));
}

void close(File &file) {
    for (const auto &known : file.datasets) {
        if (const auto dataset = known.lock()) dataset->id.close(named(*dataset));
    }
    file.id.close("HDF5 file '" + file.path + "'");
}

void flush(File &file) { check(H5Fflush(file.id, H5F_SCOPE_GLOBAL), "HDF5 file '" + file.path + "'"); }

}  // namespace camserver::hdf5
