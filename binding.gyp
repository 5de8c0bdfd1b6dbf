{
  "variables": {
    "kernel_flags": ["-std=c++17", "-O3", "-fPIC", "-Wall", "-Wextra", "-Wno-psabi", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=off"],
    "without": ["-fno-exceptions", "-fno-rtti"]
  },
  "targets": [
    {
      "target_name": "kernels",
      "type": "static_library",
      "sources": [
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
      "cflags_cc": ["<@(kernel_flags)"],
      "cflags_cc!": ["<@(without)"]
    },
    {
      "target_name": "camserver",
      "dependencies": ["kernels"],
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
        "native/simulation.cc"
      ],
      "include_dirs": ["native"],
      "cflags_cc": ["<@(kernel_flags)"],
      "cflags_cc!": ["<@(without)"],
      "libraries": ["-llz4"],
      "defines": ["NAPI_VERSION=8"]
    },
    {
      "target_name": "camserver_kernels",
      "dependencies": ["kernels"],
      "sources": ["native/library.cc"],
      "include_dirs": ["native"],
      "cflags_cc": ["<@(kernel_flags)"],
      "cflags_cc!": ["<@(without)"]
    }
  ],
  "conditions": [
    [
      "'<!(test -f /usr/include/hdf5/serial/hdf5.h && echo yes || echo no)' == 'yes'",
      {
        "targets": [
          {
            "target_name": "camserver_hdf5",
            "dependencies": ["kernels"],
            "sources": [
              "native/hdf5/addon.cc",
              "native/hdf5/bitshuffle_filter.cc",
              "native/hdf5/library_jobs.cc",
              "native/jobs.cc",
              "native/hdf5/store.cc",
              "native/hdf5/types.cc"
            ],
            "include_dirs": ["native", "/usr/include/hdf5/serial"],
            "cflags_cc": ["<@(kernel_flags)"],
            "cflags_cc!": ["<@(without)"],
            "libraries": ["-llz4", "-lhdf5_serial"],
            "defines": ["NAPI_VERSION=8"]
          }
        ]
      }
    ]
  ]
}
