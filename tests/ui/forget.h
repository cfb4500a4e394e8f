#pragma once

/* What a window keeps of its sketches is not for the next test. */
void forget_sketches (void);
