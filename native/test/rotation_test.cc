#include "kernels/rotation.h"

#include <cmath>

#include "pictures.h"

using namespace camserver;

namespace {

constexpr Size sizes[] = {{1, 1}, {1, 9}, {2, 2}, {12, 17}};

template <class T>
void stays_within_its_memory(uint32_t *state) {
    for (const Size &size : sizes) {
        for (Layout layout : layouts) {
            const Picture<T> picture = make_picture<T>(size.rows, size.columns, layout, 0, 1000, state);
            const auto result = std::make_unique<T[]>(size.rows * size.columns);
            for (int boundary = 0; boundary <= static_cast<int>(Boundary::grid_constant); ++boundary) {
                for (int order = 1; order <= 5; ++order) {
                    for (double degrees : {0.0, 17.0, -450.5}) {
                        const Rotation rotation{degrees, order, static_cast<Boundary>(boundary), 7};
                        rotate(picture.view, rotation, result.get());
                        // the filter starts with an approximation that needs longer lines
                        if (degrees != 0 || size.rows == 2) continue;
                        for (size_t i = 0; i < size.rows * size.columns; ++i) {
                            const double pixel = picture.at(i / size.columns, i % size.columns);
                            CHECK(std::fabs(static_cast<double>(result[i]) - pixel) < 1e-3);
                        }
                    }
                }
            }
        }
    }
}

void fills_and_saturates() {
    const uint8_t pixels[] = {1, 2, 3, 4, 5, 6};
    uint8_t result[6];
    rotate({ElementType::uint8, pixels, 2, 3, 3, 1}, {90, 1, Boundary::constant, 1000}, result);
    CHECK(result[0] == 255 && result[2] == 255);
    rotate({ElementType::uint8, pixels, 2, 3, 3, 1}, {180, 3, Boundary::constant, -3}, result);
    for (int i = 0; i < 6; ++i) CHECK(result[i] == 6 - i);
}

}  // namespace

int main() {
    uint32_t state = 13;
    stays_within_its_memory<uint16_t>(&state);
    stays_within_its_memory<float>(&state);
    fills_and_saturates();
    std::printf("rotation: %d checks, %d failed\n", checks, failures);
    return failures == 0 ? 0 : 1;
}
