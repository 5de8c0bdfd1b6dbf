// HDF5 files as rows of equal arrays: what cameras are replayed from and what pipelines write. Plain functions, no Node.
// All of them may be called from any thread; one file is used by one thread at a time. Failures throw `StoreError`.
#pragma once

#include <hdf5.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace camserver::hdf5 {

struct StoreError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// An identifier of the library, closed with its holder.
class Handle {
   public:
    using Close = herr_t (*)(hid_t);
    // Throws what the library says when `id` is negative.
    Handle(hid_t id, Close close, const std::string &what);
    Handle(Handle &&other) noexcept;
    ~Handle();
    Handle(const Handle &) = delete;
    Handle &operator=(const Handle &) = delete;
    operator hid_t() const { return id_; }
    // Closes at once. Throws what the library says when that fails.
    void close(const std::string &what);

   private:
    hid_t id_;
    Close close_;
};

enum class Access { read, create, append };

struct Dataset;

struct File {
    Handle id;
    std::string path;
    // To be closed with the file.
    std::vector<std::weak_ptr<Dataset>> datasets;
};

// The name of a type: `uint8` … `float64`, `bool`, or `string` of a fixed number of bytes.
struct Type {
    std::string name;
    size_t size;
};

struct Dataset {
    std::shared_ptr<File> file;
    Handle id;
    Handle memory_type;
    std::string path;
    Type type;
    // Slowest first; the first one counts the rows and is the present number. Empty for a single value.
    std::vector<hsize_t> shape;
    // Bytes of one row as read and written.
    size_t row_size;
    // Bytes of an unpacked chunk in the file when it is packed by our filter alone, or first of all; else 0.
    size_t packed_chunk_size;
};

struct Creation {
    Type type;
    std::vector<hsize_t> row_shape;
    bool is_scalar = false;      // one value without rows
    hsize_t rows = 0;            // to begin with
    hsize_t maximum_rows = H5S_UNLIMITED;
    hsize_t chunk_rows = 1;
    bool is_compressed = false;  // bit shuffle with LZ4
};

std::shared_ptr<File> open_file(const std::string &path, Access access);
bool has_object(const File &file, const std::string &path);
std::shared_ptr<Dataset> open_dataset(const std::shared_ptr<File> &file, const std::string &path);
// Groups on the way are created.
std::shared_ptr<Dataset> create_dataset(const std::shared_ptr<File> &file, const std::string &path, const Creation &creation);
// Makes the dataset that long; rows beyond are forgotten.
void resize(Dataset &dataset, hsize_t rows);
// `bytes` holds exactly `count` rows (or the single value), in host order.
void read_rows(Dataset &dataset, hsize_t first, hsize_t count, void *bytes, size_t size);
// Makes the dataset longer where necessary; the single value has neither first nor count.
void write_rows(Dataset &dataset, hsize_t first, hsize_t count, const void *bytes, size_t size);
void flush(File &file);
// Closes the file with all its datasets, which cannot be used any more.
void close(File &file);

// The library must not print its errors itself; holds for the calling thread.
void silence_library();

}  // namespace camserver::hdf5
