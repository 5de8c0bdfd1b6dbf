#include "kernels/bitshuffle.h"

#include <cstring>

#include "check.h"
#include "kernels/dispatch.h"

using namespace camserver;

namespace {

std::vector<uint8_t> compress(const std::vector<uint8_t> &input, size_t size, size_t block) {
    const size_t count = input.size() / size;
    std::vector<uint8_t> output(bitshuffle_bound(count, size, block));
    std::vector<uint8_t> scratch(block * size);
    output.resize(
        bitshuffle_compress(input.data(), count, size, block, output.data(), output.size(), scratch.data()));
    output.shrink_to_fit();
    return output;
}

bool decompress(const std::vector<uint8_t> &input, size_t size, std::vector<uint8_t> *output) {
    BitshuffleHeader header;
    if (bitshuffle_read_header(input.data(), input.size(), size, &header) != nullptr) return false;
    if (header.size > (1u << 20)) return false;
    output->assign(header.size, 0);
    output->shrink_to_fit();
    std::vector<uint8_t> scratch(header.block_elements * size);
    return bitshuffle_decompress(input.data(), input.size(), size, header, output->data(), scratch.data()) == nullptr;
}

void round_trips() {
    uint32_t state = 1;
    for (size_t size : {1, 2, 3, 4, 8, 16}) {
        for (size_t count : {0, 1, 7, 8, 9, 127, 128, 1000, 4096, 5003}) {
            for (uint32_t mask : {0xffu, 0x03u}) {
                const auto input = random_bytes(count * size, &state, mask);
                for (size_t block : {bitshuffle_default_block(size), size_t{128}, size_t{8}}) {
                    std::vector<uint8_t> output;
                    const auto compressed = compress(input, size, block);
                    CHECK(!compressed.empty());
                    CHECK(decompress(compressed, size, &output));
                    CHECK(output == input);
                }
            }
        }
    }
}

// Bit planes as the format defines them, bit by bit.
void planes_are_as_defined() {
    uint32_t state = 2;
    for (size_t size : {1, 2, 4, 8}) {
        const size_t count = 8 * 37;
        const auto input = random_bytes(count * size, &state, 0xff);
        std::vector<uint8_t> shuffled(count * size);
        std::vector<uint8_t> expected;
        bitshuffle_block(input.data(), shuffled.data(), count, size);
        for (size_t byte = 0; byte < size; ++byte) {
            for (int bit = 0; bit < 8; ++bit) {
                for (size_t group = 0; group < count; group += 8) {
                    int plane = 0;
                    for (size_t i = 0; i < 8; ++i) plane |= ((input[(group + i) * size + byte] >> bit) & 1) << i;
                    expected.push_back(static_cast<uint8_t>(plane));
                }
            }
        }
        CHECK(shuffled == expected);
        std::vector<uint8_t> back(count * size);
        bitunshuffle_block(shuffled.data(), back.data(), count, size);
        CHECK(back == input);
    }
}

// Whatever comes in: no byte beyond the buffers, which the sanitizers watch.
void broken_input_is_refused() {
    uint32_t state = 3;
    const auto input = random_bytes(3000 * 2, &state, 0x0f);
    const auto good = compress(input, 2, bitshuffle_default_block(2));
    std::vector<uint8_t> output;
    for (size_t length = 0; length < good.size(); ++length) {
        const std::vector<uint8_t> cut(good.begin(), good.begin() + static_cast<ptrdiff_t>(length));
        CHECK(!decompress(cut, 2, &output));
    }
    int accepted = 0;
    for (int run = 0; run < 20000; ++run) {
        auto mutated = good;
        for (int i = 0; i < 3; ++i) {
            mutated[next_random(&state) % (run % 2 == 0 ? 20 : mutated.size())] = static_cast<uint8_t>(next_random(&state));
        }
        accepted += decompress(mutated, 2, &output) ? 1 : 0;
    }
    CHECK(accepted < 20000);
    CHECK(bitshuffle_bound(SIZE_MAX, 2, 4096) == 0);
    CHECK(bitshuffle_bound(10, 0, 4096) == 0);
    CHECK(bitshuffle_bound(10, 2, 7) == 0);
}

}  // namespace

int main() {
    for (Instructions limit : {Instructions::baseline, Instructions::avx2, Instructions::avx512}) {
        limit_instructions(limit);
        round_trips();
        planes_are_as_defined();
    }
    broken_input_is_refused();
    std::printf("bitshuffle: %d checks, %d failed\n", checks, failures);
    return failures == 0 ? 0 : 1;
}
