import { run, SetupError } from './steps.mjs';

const NODE_MAJOR = 20;
const PYTHON_MINOR = 10;
const PYTHONS = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
/** Prints the minor version of Python 3, and fails without venv and pip (a separate package on Debian). */
const PROBE = 'import sys, venv, ensurepip; print(sys.version_info[0], sys.version_info[1])';

/**
 * Checks for Node with npm, and for Python with venv.
 * @returns {Promise<string>} the Python to use
 */
export async function checkTools() {
  if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR)
    throw new SetupError(`Node ${process.versions.node} is too old: install Node ${NODE_MAJOR} or newer.`);
  if (!(await run('npm', ['--version'])).ok)
    throw new SetupError('npm was not found on the PATH: install Node together with npm.');
  let withoutVenv = '';
  for (const python of PYTHONS) {
    const probe = await run(python, ['-c', PROBE]);
    const [major, minor] = probe.output.trim().split(' ').map(Number);
    if (probe.ok && major === 3 && minor >= PYTHON_MINOR) return python;
    if (/No module named '?(venv|ensurepip)/.test(probe.output)) withoutVenv ||= python;
  }
  throw new SetupError(
    withoutVenv
      ? `${withoutVenv} lacks the venv module: install it (on Debian and Ubuntu the package python3-venv).`
      : `Python 3.${PYTHON_MINOR} or newer was not found on the PATH: install it, with its venv module.`,
  );
}
