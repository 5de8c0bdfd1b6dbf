#include "types.h"

#include <cstdint>

namespace camserver::hdf5 {

namespace {

struct Known {
    const char *name;
    hid_t native;
};

// The identifiers of the library are variables, known only after it was opened.
const Known *find(const std::string &name) {
    static const Known list[] = {
        {"uint8", H5T_NATIVE_UINT8},   {"int8", H5T_NATIVE_INT8},
        {"uint16", H5T_NATIVE_UINT16}, {"int16", H5T_NATIVE_INT16},
        {"uint32", H5T_NATIVE_UINT32}, {"int32", H5T_NATIVE_INT32},
        {"uint64", H5T_NATIVE_UINT64}, {"int64", H5T_NATIVE_INT64},
        {"float32", H5T_NATIVE_FLOAT},    {"float64", H5T_NATIVE_DOUBLE},
    };
    for (const Known &known : list) {
        if (name == known.name) return &known;
    }
    return nullptr;
}

std::string integer_name(size_t size, bool is_signed) {
    return (is_signed ? "int" : "uint") + std::to_string(8 * size);
}

}  // namespace

Type read_type(hid_t dataset, const std::string &what) {
    const Handle type(H5Dget_type(dataset), H5Tclose, what);
    const size_t size = H5Tget_size(type);
    switch (H5Tget_class(type)) {
        case H5T_INTEGER: {
            const std::string name = integer_name(size, H5Tget_sign(type) == H5T_SGN_2);
            if (find(name) != nullptr) return {name, size};
            break;
        }
        case H5T_FLOAT:
            if (size <= 4) return {"float32", 4};
            if (size == 8) return {"float64", 8};
            break;
        case H5T_ENUM:
            // what NumPy's bool becomes
            if (size == 1) return {"bool", 1};
            break;
        case H5T_STRING:
            if (H5Tis_variable_str(type) <= 0) return {"string", size};
            break;
        default:
            break;
    }
    throw StoreError(what + " has an element type that CamServer does not know");
}

Handle memory_type(const Type &type) {
    const std::string what = "element type '" + type.name + "'";
    if (type.name == "string") {
        Handle text(H5Tcopy(H5T_C_S1), H5Tclose, what);
        if (H5Tset_size(text, type.size) < 0 || H5Tset_strpad(text, H5T_STR_NULLPAD) < 0) {
            throw StoreError(what + " of " + std::to_string(type.size) + " bytes is impossible");
        }
        return text;
    }
    if (type.name == "bool") {
        Handle flag(H5Tenum_create(H5T_NATIVE_INT8), H5Tclose, what);
        int8_t value = 0;
        H5Tenum_insert(flag, "FALSE", &value);
        value = 1;
        H5Tenum_insert(flag, "TRUE", &value);
        return flag;
    }
    const Known *known = find(type.name);
    if (known == nullptr) throw StoreError(what + " is not known to HDF5 files");
    return Handle(H5Tcopy(known->native), H5Tclose, what);
}

}  // namespace camserver::hdf5
