"""module.py MODULE [SCRIPT] imports an extension module; the script finds it as `module`."""
import importlib.machinery
import importlib.util
import os
import sys

path = sys.argv[1]
name = os.path.basename(path).partition(".")[0]
loader = importlib.machinery.ExtensionFileLoader(name, path)
module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
sys.modules[name] = module
loader.exec_module(module)
if len(sys.argv) > 2:
    exec(sys.argv[2], {"module": module})
