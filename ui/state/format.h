#pragma once

#include <residua/spec.h>

G_BEGIN_DECLS

/* Numbers and names as people read them, in the language of the session. All (transfer full). */

/** "1,240": with the language's thousands separator */
char *rn_format_count (gint64 count);
/** Three significant digits: "0.486", "−12.3", "1.23e-05"; "–" for NaN */
char *rn_format_number (double value);
/** So many digits after the point: "−0.007" with 3 */
char *rn_format_fixed (double value, int decimals);
/** "−0.007 = −0.007", "1.36e+10 = 1.36e+10", "0.120 ≈ 0.121": two numbers that are equal but for rounding; "=" where
 * they read alike. Three digits after the point, or three significant ones from a thousand on */
char *rn_format_equality (double left, double right);
/** "40.6 M", "269,722": whole below a million, then three digits with K, M, G */
char *rn_format_amount (gint64 amount);
/** "31 min", "2 h 5 min", "under a minute" */
char *rn_format_duration (double seconds);
/** "236 MB" */
char *rn_format_bytes (gsize bytes);
/** "7.9 %" of a share from 0 to 1; "–" for NaN */
char *rn_format_percent (double share);
/** The name people use: "resnet20" is "ResNet-20", "plain20" is "Plain-20", "resnet50-paper" is "ResNet-50 (paper)";
 * other names stay as they are, and no name is "Untitled" */
char *rn_format_spec_title (const RnSpec *spec);
/** "basic", "bottleneck", "plain basic", "plain bottleneck" (translated, transfer none) */
const char *rn_format_block_kind (RnBlockKind kind);

G_END_DECLS
