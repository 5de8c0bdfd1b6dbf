"""C files written for the C interface of Python: one function ``process``, and ``#include "module.c"``, which is made here."""
import hashlib
import os
import re
import shutil
import subprocess
import sysconfig
import tempfile

import numpy

MODULE = """/* Made by CamServer: headers, error object and registration of a module with one function. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <numpy/arrayobject.h>

#ifndef CAMSERVER_MODULE_C
#define CAMSERVER_MODULE_C

static PyObject *moduleErr;
%(storage)s PyObject *process(PyObject *self, PyObject *args);

static PyMethodDef moduleMethods[] = {
    {"process", process, METH_VARARGS, "Processing function"},
    {NULL, NULL, 0, NULL}
};

static struct PyModuleDef moduleDefinition = {PyModuleDef_HEAD_INIT, "%(name)s", NULL, -1, moduleMethods};

PyMODINIT_FUNC PyInit_%(name)s(void) {
    PyObject *module = PyModule_Create(&moduleDefinition);
    if (module == NULL) return NULL;
    import_array();
    moduleErr = PyErr_NewException("%(name)s.error", NULL, NULL);
    Py_XINCREF(moduleErr);
    PyModule_AddObject(module, "error", moduleErr);
    return module;
}

#endif
"""

ERROR = re.compile(r"^(.+?):(\d+):(?:\d+:)? (?:fatal )?error: (.*)$", re.MULTILINE)


class CompilerError(Exception):
    """``trace`` has everything that the compiler said."""

    def __init__(self, message, trace):
        super().__init__(message)
        self.trace = trace


def compile_extension(path, folder):
    """The path of the library; compiled when this content was never compiled before for this Python."""
    name = re.sub(r"\W", "_", os.path.basename(path).rsplit(".", 1)[0])
    with open(path, encoding="utf-8", errors="replace") as file:
        source = file.read()
    static = re.search(r"static\s+PyObject\s*\*\s*process\b", source)
    module = MODULE % {"name": name, "storage": "static" if static else ""}
    version = f"{sysconfig.get_config_var('EXT_SUFFIX')} {numpy.__version__}"
    key = hashlib.sha256(f"{source}\0{module}\0{version}".encode()).hexdigest()[:32]
    cache = os.environ["CAMSERVER_CACHE"]
    target = os.path.join(cache, f"{name}-{key}.so")
    if not os.path.exists(target):
        with tempfile.TemporaryDirectory(dir=cache) as work:
            with open(os.path.join(work, "module.c"), "w", encoding="utf-8") as file:
                file.write(module)
            made = os.path.join(work, "made.so")
            run_compiler(path, work, folder, made)
            os.replace(made, target)
    return target


def run_compiler(path, work, folder, made):
    python_headers = sysconfig.get_paths()["include"]
    if not os.path.exists(os.path.join(python_headers, "Python.h")):
        raise CompilerError(f"C functions for Python need its headers: install the package python3-dev ({python_headers})", "")
    compiler = os.environ.get("CC") or next(filter(shutil.which, ("cc", "gcc", "clang")), None)
    if compiler is None:
        raise CompilerError("C functions need a compiler, which is not installed: install the package gcc", "")
    places = [work, os.path.dirname(path), os.path.join(folder, "lib"), python_headers, numpy.get_include()]
    flags = ["-std=gnu11", "-O2", "-g", "-fPIC", "-shared", *(f"-I{place}" for place in places)]
    result = subprocess.run([compiler, *flags, "-o", made, path, "-lm"], capture_output=True, text=True, timeout=120)
    if result.returncode != 0:
        found = ERROR.search(result.stderr)
        if found is None:
            raise CompilerError(result.stderr.strip().split("\n")[0], result.stderr)
        raise CompilerError(f"{os.path.basename(found[1])} line {found[2]}: {found[3]}", result.stderr)
