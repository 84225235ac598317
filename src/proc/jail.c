#include "proc/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Rights newer than Debian 12's headers, by number (linux/landlock.h of the kernel that has them). */
enum {
	FS_ABI1 = (1 << 13) - 1,
	FS_REFER = 1 << 13,    /* ABI 2 */
	FS_TRUNCATE = 1 << 14, /* ABI 3 */
	FS_IOCTL = 1 << 15,    /* ABI 5 */
	NET_TCP = 3,           /* ABI 4: bind, connect */
	SCOPES = 3,            /* ABI 6: abstract sockets, signals */
};

struct ruleset { /* struct landlock_ruleset_attr as of ABI 6; older kernels take a prefix */
	uint64_t fs;
	uint64_t net;
	uint64_t scoped;
};

static int landlock_abi(void)
{
	long v = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	return v < 0 ? 0 : (int)v;
}

void nr_jail_probe(struct nr_jail_report *ret)
{
	int abi = landlock_abi();

	*ret = (struct nr_jail_report){ .landlock_abi = abi,
					.landlock = abi > 0,
					.seccomp = seccomp_api_get() > 0,
					.rlimits = true,
					.no_new_privs = true };
}

static struct ruleset rights(int abi, size_t *ret_size)
{
	struct ruleset r = { .fs = FS_ABI1 };

	*ret_size = sizeof(r.fs);
	if (abi >= 2)
		r.fs |= FS_REFER;
	if (abi >= 3)
		r.fs |= FS_TRUNCATE;
	if (abi >= 4) {
		r.net = NET_TCP;
		*ret_size = sizeof(r.fs) + sizeof(r.net);
	}
	if (abi >= 5)
		r.fs |= FS_IOCTL;
	if (abi >= 6) {
		r.scoped = SCOPES;
		*ret_size = sizeof(r);
	}
	return r;
}

static bool allow_below(int ruleset, const char *path, uint64_t access)
{
	struct landlock_path_beneath_attr a = { .allowed_access = access };
	bool ok;

	a.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (a.parent_fd < 0)
		return false;
	ok = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &a, 0) == 0;
	close(a.parent_fd);
	return ok;
}

/* Landlock with no rule but the folders given: everything else on the file system is gone. */
static bool enter_landlock(int abi, const char *const *rw, const char *const *ro, bool tcp)
{
	size_t size;
	struct ruleset r = rights(abi, &size);
	bool ok = true;
	int fd;

	if (abi <= 0)
		return false;
	if (tcp) {
		r.net = 0;
		r.scoped &= 1; /* a role kills the workers that its supervisor started for it */
	}
	fd = (int)syscall(SYS_landlock_create_ruleset, &r, size, 0);
	if (fd < 0)
		return false;
	for (; rw && *rw; rw++)
		ok = allow_below(fd, *rw, r.fs & ~(uint64_t)LANDLOCK_ACCESS_FS_EXECUTE) && ok;
	for (; ro && *ro; ro++)
		(void)allow_below(fd, *ro,
				  LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR);
	ok = ok && syscall(SYS_landlock_restrict_self, fd, 0) == 0;
	close(fd);
	return ok;
}

static const int allowed[] = {
	SCMP_SYS(read),          SCMP_SYS(pread64),        SCMP_SYS(write),
	SCMP_SYS(pwrite64),      SCMP_SYS(lseek),          SCMP_SYS(fstat),
	SCMP_SYS(newfstatat),    SCMP_SYS(close),          SCMP_SYS(munmap),
	SCMP_SYS(mremap),        SCMP_SYS(madvise),        SCMP_SYS(brk),
	SCMP_SYS(recvmsg),       SCMP_SYS(sendmsg),        SCMP_SYS(futex),
	SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),   SCMP_SYS(getrandom),
	SCMP_SYS(exit),          SCMP_SYS(exit_group),     SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigaction),  SCMP_SYS(rt_sigprocmask), SCMP_SYS(restart_syscall),
	SCMP_SYS(sched_yield),   SCMP_SYS(getpid),         SCMP_SYS(gettid),
	SCMP_SYS(poll),
};

/* Answered with EPERM instead of death: library code asks for these and lives without. */
static const int refused[] = {
	SCMP_SYS(open),      SCMP_SYS(openat),    SCMP_SYS(stat),      SCMP_SYS(lstat),
	SCMP_SYS(access),    SCMP_SYS(readlink),  SCMP_SYS(ioctl),     SCMP_SYS(fcntl),
	SCMP_SYS(prctl),     SCMP_SYS(prlimit64), SCMP_SYS(getrlimit), SCMP_SYS(uname),
	SCMP_SYS(statx),     SCMP_SYS(sysinfo),   SCMP_SYS(getcwd),    SCMP_SYS(sched_getaffinity),
	SCMP_SYS(faccessat),
};

/* What the sanitizers' runtime needs beside the above; only in sanitized builds. */
static const int sanitizer[] = { SCMP_SYS(sigaltstack), SCMP_SYS(mprotect), SCMP_SYS(mmap) };

static int add_rules(scmp_filter_ctx f)
{
	const uint64_t exec = PROT_EXEC;
	int bad = 0;

	for (size_t i = 0; i < NR_COUNT(allowed); i++)
		bad |= seccomp_rule_add(f, SCMP_ACT_ALLOW, allowed[i], 0);
	for (size_t i = 0; i < NR_COUNT(refused); i++)
		bad |= seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), refused[i], 0);
	/* abort() and nothing else: not a signal to the hub, which has the same user. */
	bad |= seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
				SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
	if (NR_SANITIZED) {
		for (size_t i = 0; i < NR_COUNT(sanitizer); i++)
			bad |= seccomp_rule_add(f, SCMP_ACT_ALLOW, sanitizer[i], 0);
		return bad;
	}
	/* Memory may be mapped and protected, but never made executable. */
	bad |= seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				SCMP_A2(SCMP_CMP_MASKED_EQ, exec, 0));
	bad |= seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
				SCMP_A2(SCMP_CMP_MASKED_EQ, exec, 0));
	return bad;
}

static enum nr_rc enter_seccomp(struct nr_err *reterr)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int bad;

	if (!f)
		return nr_fail(reterr, NR_E_NOMEM, "seccomp", UINT64_MAX, "no memory for a filter");
	bad = add_rules(f);
	if (!bad)
		bad = seccomp_load(f);
	seccomp_release(f);
	if (bad)
		return nr_fail(reterr, NR_E_IO, "seccomp", UINT64_MAX,
			       "this kernel does not take the filter (%d)", bad);
	return NR_OK;
}

static bool limit(int what, uint64_t v)
{
	struct rlimit r = { .rlim_cur = v, .rlim_max = v };

	return setrlimit((__rlimit_resource_t)what, &r) == 0;
}

static bool enter_rlimits(const struct nr_jail_limits *lim)
{
	bool ok = limit(RLIMIT_CORE, 0) && limit(RLIMIT_NPROC, 0) && limit(RLIMIT_NOFILE, 16);

	if (lim->memory && !NR_SANITIZED) /* the sanitizers reserve terabytes of address space */
		ok = limit(RLIMIT_AS, lim->memory) && ok;
	if (lim->cpu_s)
		ok = limit(RLIMIT_CPU, lim->cpu_s) && ok;
	return limit(RLIMIT_FSIZE, lim->file) && ok;
}

enum nr_rc nr_jail_enter(const struct nr_jail_limits *lim, struct nr_jail_report *ret,
			 struct nr_err *reterr)
{
	int abi = landlock_abi();

	*ret = (struct nr_jail_report){ .landlock_abi = abi };
	ret->no_new_privs = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
	ret->rlimits = enter_rlimits(lim);
	ret->landlock = enter_landlock(abi, NULL, NULL, false);
	NR_TRY(enter_seccomp(reterr));
	ret->seccomp = true;
	return NR_OK;
}

/* Calls a network role never makes: new programs, other processes, kernel surgery. */
static const int role_denied[] = {
	SCMP_SYS(execve),
	SCMP_SYS(execveat),
	SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(mount),
	SCMP_SYS(umount2),
	SCMP_SYS(pivot_root),
	SCMP_SYS(chroot),
	SCMP_SYS(init_module),
	SCMP_SYS(finit_module),
	SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load),
	SCMP_SYS(bpf),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(keyctl),
	SCMP_SYS(add_key),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(setns),
	SCMP_SYS(unshare),
	SCMP_SYS(reboot),
	SCMP_SYS(swapon),
	SCMP_SYS(settimeofday),
	SCMP_SYS(clock_settime),
	SCMP_SYS(kexec_file_load),
	SCMP_SYS(request_key),
	SCMP_SYS(io_uring_setup), /* a way around every rule of this filter */
	SCMP_SYS(open_by_handle_at),
	SCMP_SYS(pidfd_getfd),
	SCMP_SYS(process_madvise),
	SCMP_SYS(open_tree),
	SCMP_SYS(move_mount),
	SCMP_SYS(fsopen),
	SCMP_SYS(fsmount),
	SCMP_SYS(mount_setattr),
	SCMP_SYS(swapoff),
	SCMP_SYS(adjtimex),
	SCMP_SYS(clock_adjtime),
	SCMP_SYS(personality),
};

enum nr_rc nr_jail_role(const char *const *folders, const char *const *read_only,
			struct nr_jail_report *ret, struct nr_err *reterr)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
	int abi = landlock_abi(), bad = 0;

	*ret = (struct nr_jail_report){ .landlock_abi = abi };
	if (!f)
		return nr_fail(reterr, NR_E_NOMEM, "seccomp", UINT64_MAX, "no memory for a filter");
	ret->no_new_privs = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
	for (size_t i = 0; i < NR_COUNT(role_denied); i++)
		bad |= seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), role_denied[i], 0);
	ret->landlock = enter_landlock(abi, folders, read_only, true);
	if (!bad)
		bad = seccomp_load(f);
	seccomp_release(f);
	if (bad)
		return nr_fail(reterr, NR_E_IO, "seccomp", UINT64_MAX,
			       "this kernel does not take the filter (%d)", bad);
	ret->seccomp = true;
	return NR_OK;
}
