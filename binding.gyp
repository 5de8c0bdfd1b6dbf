{
  "targets": [
    {
      "target_name": "camserver",
      "sources": [
        "native/addon.cc",
        "native/arguments.cc",
        "native/compression.cc",
        "native/fits.cc",
        "native/jobs.cc",
        "native/memory.cc",
        "native/notify.cc",
        "native/pass.cc",
        "native/pixels.cc",
        "native/plane.cc",
        "native/shared_memory.cc",
        "native/simulation.cc",
        "native/kernels/bit_planes.cc",
        "native/kernels/bitshuffle.cc",
        "native/kernels/copy.cc",
        "native/kernels/dispatch.cc",
        "native/kernels/gaussian.cc",
        "native/kernels/pass.cc",
        "native/kernels/pixels.cc",
        "native/kernels/plane.cc",
        "native/kernels/rotation.cc",
        "native/kernels/simulation.cc",
        "native/kernels/spline_filter.cc"
      ],
      "include_dirs": ["native"],
      "cflags_cc": ["-std=c++17", "-O3", "-Wall", "-Wextra", "-Wno-psabi", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=off"],
      "cflags_cc!": ["-fno-exceptions", "-fno-rtti"],
      "libraries": ["-llz4"],
      "defines": ["NAPI_VERSION=8"]
    }
  ],
  "conditions": [
    [
      "'<!(test -f /usr/include/hdf5/serial/hdf5.h && echo yes || echo no)' == 'yes'",
      {
        "targets": [
          {
            "target_name": "camserver_hdf5",
            "sources": [
              "native/hdf5/addon.cc",
              "native/hdf5/bitshuffle_filter.cc",
              "native/hdf5/library_jobs.cc",
              "native/jobs.cc",
              "native/hdf5/store.cc",
              "native/hdf5/types.cc",
              "native/kernels/bit_planes.cc",
              "native/kernels/bitshuffle.cc",
              "native/kernels/dispatch.cc"
            ],
            "include_dirs": ["native", "/usr/include/hdf5/serial"],
            "cflags_cc": ["-std=c++17", "-O3", "-Wall", "-Wextra", "-Wno-psabi"],
            "cflags_cc!": ["-fno-exceptions", "-fno-rtti"],
            "libraries": ["-llz4", "-lhdf5_serial"],
            "defines": ["NAPI_VERSION=8"]
          }
        ]
      }
    ]
  ]
}
