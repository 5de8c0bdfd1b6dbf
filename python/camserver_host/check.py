"""Says what is wrong with a source text: python3 -m camserver_host.check <name> <folder of the scripts>, the text on standard input.

Prints a JSON list of {"severity", "line", "column", "message"}.
"""
import ast
import json
import os
import re
import sys
import tempfile
import warnings

FUNCTIONS = ("process_image", "process", "run")
MESSAGE = re.compile(r"^(.+?):(\d+):(?:(\d+):)? (fatal error|error|warning): (.*)$", re.MULTILINE)


def diagnostic(severity, line, column, message):
    return {"severity": severity, "line": line, "column": column, "message": message}


def check_python(name, source):
    found = []
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            tree = ast.parse(source, name)
            compile(tree, name, "exec", dont_inherit=True)
        found += [diagnostic("warning", entry.lineno, None, str(entry.message)) for entry in caught]
        defined = {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))}
        camera = name.split(".")[0]
        if not defined.intersection((*FUNCTIONS, camera)):
            text = f"there is no function 'process_image' or 'process', and no camera class '{camera}'"
            found.append(diagnostic("warning", None, None, text))
    except SyntaxError as error:
        found.append(diagnostic("error", error.lineno, error.offset, error.msg))
    except ValueError as error:
        found.append(diagnostic("error", None, None, str(error)))
    return found


def check_c(name, source, folder):
    from .extension import CompilerError, compile_extension

    with tempfile.TemporaryDirectory() as work:
        os.environ["CAMSERVER_CACHE"] = work
        path = os.path.join(work, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(source)
        try:
            compile_extension(path, folder)
            return []
        except CompilerError as error:
            found = []
            for file, line, column, kind, message in MESSAGE.findall(error.trace):
                if os.path.basename(file) == name:
                    severity = "warning" if kind == "warning" else "error"
                    found.append(diagnostic(severity, int(line), int(column) if column else None, message))
                elif kind != "warning":
                    found.append(diagnostic("error", None, None, f"{os.path.basename(file)}: {message}"))
            return found or [diagnostic("error", None, None, str(error))]


if __name__ == "__main__":
    name, folder = sys.argv[1:]
    source = sys.stdin.read()
    print(json.dumps(check_c(name, source, folder) if name.endswith(".c") else check_python(name, source)))
