"""A small file system of its own that can be filled, cut off and broken. Needs root."""
import os
import subprocess


class Disk:
    def __init__(self, tool, path, size_mib, kind):
        self.tool, self.path, self.kind = tool, path, kind
        self.run('make', str(size_mib), kind)

    def run(self, command, *arguments):
        done = subprocess.run([self.tool, command, self.path, *arguments],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f'{os.path.basename(self.tool)} {command}: {done.stderr.strip()}')

    def fill(self, leave_kib=0):
        self.run('fill', str(leave_kib))

    def free(self):
        self.run('free')

    def fail(self):
        """All input and output ends in errors from now on; what was not on the disk is lost."""
        self.run('gone')

    def become_read_only(self):
        """What the kernel does to an ext4 on which it found an error."""
        subprocess.run(['mount', '-o', 'remount,abort', self.path], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def mount_again(self):
        """After the process has ended; the journal of the file system is replayed."""
        self.run('dirty-cut')

    def destroy(self):
        self.run('destroy')
