{
  "targets": [
    {
      "target_name": "camserver",
      "sources": [
        "native/addon.cc",
        "native/compression.cc",
        "native/fits.cc",
        "native/simulation.cc",
        "native/kernels/bit_planes.cc",
        "native/kernels/bitshuffle.cc",
        "native/kernels/dispatch.cc",
        "native/kernels/gaussian.cc",
        "native/kernels/simulation.cc"
      ],
      "include_dirs": ["native"],
      "cflags_cc": ["-std=c++17", "-O3", "-Wall", "-Wextra", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=off"],
      "cflags_cc!": ["-fno-exceptions", "-fno-rtti"],
      "libraries": ["-llz4"],
      "defines": ["NAPI_VERSION=8"]
    }
  ]
}
