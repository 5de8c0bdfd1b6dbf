// Files are written and read back, and read after they were damaged anywhere: whatever is in them, no memory beyond is touched.
#include "hdf5/store.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "check.h"

using namespace camserver::hdf5;

namespace {

constexpr size_t rows = 3, height = 20, width = 33;
constexpr size_t row_size = height * width * 2;

Creation images(bool is_compressed) {
    Creation creation;
    creation.type = {"uint16", 2};
    creation.row_shape = {height, width};
    creation.is_compressed = is_compressed;
    return creation;
}

void write_file(const std::string &path, const std::vector<uint8_t> &pixels) {
    const auto file = open_file(path, Access::create);
    for (const bool is_compressed : {false, true}) {
        const auto dataset = create_dataset(file, is_compressed ? "/a/packed" : "/a/plain", images(is_compressed));
        for (size_t row = 0; row < rows; row += 1) write_rows(*dataset, row, 1, pixels.data() + row * row_size, row_size);
    }
    close(*file);
}

// Reads everything that can be read. True when all of it was there.
bool read_file(const std::string &path, std::vector<uint8_t> *pixels) {
    bool is_complete = true;
    try {
        const auto file = open_file(path, Access::read);
        for (const char *name : {"/a/plain", "/a/packed"}) {
            try {
                const auto dataset = open_dataset(file, name);
                const size_t count = dataset->shape.empty() ? 0 : dataset->shape[0];
                if (dataset->row_size != row_size || count != rows) return false;
                pixels->assign(count * dataset->row_size, 0);
                read_rows(*dataset, 0, count, pixels->data(), pixels->size());
            } catch (const StoreError &) {
                is_complete = false;
            }
        }
        close(*file);
    } catch (const StoreError &) {
        return false;
    }
    return is_complete;
}

std::vector<char> bytes_of(const std::string &path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

struct Span {
    size_t at;
    size_t size;
};

// Where the packed chunks are in the file.
std::vector<Span> packed_chunks(const std::string &path) {
    const auto file = open_file(path, Access::read);
    const auto dataset = open_dataset(file, "a/packed");
    std::vector<Span> spans;
    for (hsize_t row = 0; row < rows; row += 1) {
        const hsize_t offset[] = {row, 0, 0};
        unsigned mask = 0;
        haddr_t at = 0;
        hsize_t size = 0;
        if (H5Dget_chunk_info_by_coord(dataset->id, offset, &mask, &at, &size) >= 0) spans.push_back({at, size});
    }
    close(*file);
    return spans;
}

// The library's own structures stay as they are: what it makes of damaged ones is its own affair.
void damage(const std::string &path, std::vector<char> bytes, const std::vector<Span> &chunks, uint32_t *state) {
    const Span chunk = chunks[next_random(state) % chunks.size()];
    // mostly at the beginning, where the sizes are
    const size_t reach = next_random(state) % 2 == 0 ? 24 : chunk.size;
    for (int count = 0; count < 2; count += 1) {
        bytes[chunk.at + next_random(state) % reach] = static_cast<char>(next_random(state));
    }
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace

int main() {
    silence_library();
    char folder[] = "/tmp/camserver-test-XXXXXX";
    if (mkdtemp(folder) == nullptr) return 1;
    const std::string path = std::string(folder) + "/file.h5";
    uint32_t state = 7;
    const std::vector<uint8_t> pixels = random_bytes(rows * row_size, &state, 0x1F);

    write_file(path, pixels);
    std::vector<uint8_t> read;
    CHECK(read_file(path, &read));
    CHECK(read == pixels);

    const auto file = open_file(path, Access::read);
    const auto dataset = open_dataset(file, "a/packed");
    int refusals = 0;
    const std::pair<size_t, size_t> wrong[] = {{3, 1}, {1, 3}, {SIZE_MAX, 1}};
    for (const auto &[first, count] : wrong) {
        try {
            read_rows(*dataset, first, count, read.data(), count * row_size);
        } catch (const StoreError &) {
            refusals += 1;
        }
    }
    CHECK(refusals == 3);
    close(*file);

    const std::vector<char> bytes = bytes_of(path);
    const std::vector<Span> chunks = packed_chunks(path);
    CHECK(chunks.size() == rows);
    int readable = 0;
    for (int round = 0; round < 300; round += 1) {
        damage(path, bytes, chunks, &state);
        readable += read_file(path, &read) ? 1 : 0;
    }
    CHECK(readable > 0);
    CHECK(readable < 300);

    unlink(path.c_str());
    rmdir(folder);
    std::printf("hdf5: %d checks, %d failed\n", checks, failures);
    return failures == 0 ? 0 : 1;
}
