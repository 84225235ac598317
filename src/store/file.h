/* file.h -- files that are whole or absent: temporary name, fsync, rename, fsync of the folder. */
#pragma once

#include "base/hash.h"
#include "base/src.h"

/* Writes bytes to path with the mode. */
NR_MUSTUSE enum nr_rc nr_file_put(const char *path, struct nr_bytes b, unsigned mode,
				  struct nr_err *reterr);
/* Copies a source to path, and refuses (NR_E_MALFORMED, nothing left behind) when its SHA-256 is
 * not the one given. */
NR_MUSTUSE enum nr_rc nr_file_copy(const char *path, const struct nr_src *src,
				   const struct nr_sha256 *sha256, struct nr_err *reterr);
/* Makes a folder (0700) durable; it may be there. */
NR_MUSTUSE enum nr_rc nr_folder_make(const char *path, struct nr_err *reterr);
