/* daemon MARK: leaves a process behind that has left group and session, then succeeds. */
#include <signal.h>
#include <unistd.h>

int main(void)
{
	int ready[2];
	char byte;

	if (pipe(ready))
		return 2;
	if (!fork()) {
		setsid();
		if (!fork()) {
			signal(SIGHUP, SIG_IGN);
			signal(SIGTERM, SIG_IGN);
			if (write(ready[1], "x", 1) != 1)
				_exit(2);
			for (;;)
				pause();
		}
		_exit(0);
	}
	return read(ready[0], &byte, 1) != 1;
}
