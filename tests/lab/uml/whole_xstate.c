/*
 * Preloaded into User-Mode Linux, so that it runs on processors with AMX.
 *
 * User-Mode Linux 6.1 keeps the vector registers of its processes in 2,696 bytes: all up to AVX-512. On a processor with
 * AMX the host's kernel has 11,008 bytes for them, and refuses to set fewer (Linux, arch/x86/kernel/fpu/regset.c,
 * xstateregs_set): User-Mode Linux then panics as soon as it starts its first process. This hands over the bytes that it
 * has, followed by zeros: the registers of AMX, which no program in there uses, in their initial state.
 */

typedef unsigned long size_t;

struct iovec {
	char *base;
	size_t length;
};

/* linux/ptrace.h, linux/elf.h */
enum { GETREGSET = 0x4204, SETREGSET = 0x4205, X86_XSTATE = 0x202 };

typedef long Ptrace(long request, long pid, long address, void *data);

extern void *dlsym(void *handle, const char *name);
static void *const NEXT_LIBRARY = (void *) -1;

static char registers[16384];
/* How many bytes the host's kernel wants; 0 until it was asked. */
static size_t whole;

static void copy(char *to, const char *from, size_t length)
{
	while (length-- > 0) *to++ = *from++;
}

static int ask_for_length(Ptrace *next, long pid)
{
	struct iovec all = { registers, sizeof registers };
	if (next(GETREGSET, pid, X86_XSTATE, &all) != 0) return 0;
	whole = all.length;
	for (size_t i = 0; i < sizeof registers; i++) registers[i] = 0;
	return 1;
}

long ptrace(long request, long pid, long address, struct iovec *given)
{
	static Ptrace *next;
	if (next == 0) next = (Ptrace *) dlsym(NEXT_LIBRARY, "ptrace");
	if (request != SETREGSET || address != X86_XSTATE) return next(request, pid, address, given);
	if (whole == 0 && !ask_for_length(next, pid)) return next(request, pid, address, given);
	if (given->length >= whole) return next(request, pid, address, given);
	struct iovec all = { registers, whole };
	copy(registers, given->base, given->length);
	return next(SETREGSET, pid, X86_XSTATE, &all);
}
