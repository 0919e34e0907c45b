"""What every code of codes.py means, for `npae explain`: the fact first, then its reason.

The questions are other ones than those of the findings (words.py). In the identities g is what backward returned for one
tensor, r the true gradient (measured from the forward function alone), u = dy the upstream gradient, b(u) what backward
returns for u, J the derivatives of the outputs by the tensor.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Explanation:
    """meaning in two to four sentences, the identity that is tested, the usual causes, a question; never the solution."""

    meaning: str
    identity: str
    causes: tuple[str, ...]
    question: str


AROUND = {
    "G001": Explanation(
        "forward returns other values than a trusted forward function does for the same inputs. The gradients are not looked "
        "at: a gradient check compares backward with forward, and the right gradient of a wrong loss is of no use.",
        "forward(inputs) = trusted(inputs), to a relative error of 1e-9",
        ("a sum where the loss takes a mean, or the mean over all axes instead of the examples",
         "a factor 1/2 or a term that is left out", "a variance used as a standard deviation"),
        "for which small input do you know the value by heart? Compute it by hand."),
    "K001": Explanation(
        "Some entries sit exactly on a corner of the function, where the slope from the left and the slope from the right "
        "differ. No single number is the derivative there. Any value between the two slopes is accepted, so the check passes; "
        "the finding is for information.",
        "smallest one-sided slope <= g <= largest one-sided slope, in every entry on a corner",
        ("relu at exactly 0: a blank or masked input and a bias of zero", "|x| at x = 0, as in an L1 penalty",
         "two entries that tie for the maximum"),
        "which inputs put this entry exactly on the corner, and does training ever leave it?"),
    "U001": Explanation(
        "forward returned two different values for the same inputs. A slope is a difference of two values, so nothing can be "
        "said about any gradient. What is random has to be an input.",
        "forward(inputs) = forward(inputs), called twice",
        ("dropout or noise drawn inside forward", "a generator that moves on from call to call",
         "forward keeps something from the call before"),
        "which random numbers did the forward pass use, and how would backward get the same ones?"),
    "U002": Explanation(
        "forward returned nan or infinity. There is no slope to measure at such a point. Often the quantity itself is finite "
        "and only this way to compute it is not.",
        "every entry of forward(inputs) is finite",
        ("log(0), after a sigmoid or softmax that rounded to 0 or 1", "exp of a large number",
         "a division by a norm or a standard deviation that is zero"),
        "which intermediate value overflows first, and can the formula be rearranged so that it is never computed?"),
    "U003": Explanation(
        "The numerical derivative could not be measured well enough here, so nobody is accused of anything. A reference counts "
        "as proven when two independent ways to measure it agree. This says nothing about backward, neither good nor bad.",
        "two numerical derivatives agree along a random direction, and their error bars are small",
        ("forward computes in float32", "a large constant in the loss: the digits of the slope are lost in it",
         "forward jumps, or has a corner next to this point", "the gradient is smaller than the rounding of the loss"),
        "does forward keep float64 from the first line to the last?"),
}

CONTRACT = {
    "G101": Explanation(
        "A gradient has another shape than the tensor it belongs to. Each entry of a tensor has one derivative, so the shapes "
        "must be equal, also where broadcasting would forgive the difference.",
        "shape(g) = shape of the tensor",
        ("a bias gradient that is not summed over the examples", "keepdims=True, or an axis of length 1 that was dropped",
         "a product in the wrong order: transposed"),
        "over which axis was the tensor broadcast in the forward pass?"),
    "G102": Explanation(
        "The gradients that came back are not those that were asked for: one is missing, is None, or belongs to nothing.",
        "one gradient for every tensor in wrt, and no other",
        ("a tensor forgotten in the return line", "a misspelt key of the dictionary", "an input returned that is data"),
        "which tensors does the optimizer update? Is each of them in the return line?"),
    "G103": Explanation(
        "A gradient has entries that are nan or infinite. One of them is enough: after the next step of an optimizer the "
        "parameter is nan, and after the next forward pass everything is.",
        "every entry of g is finite, where the true one is",
        ("infinity over infinity, or 0 times infinity, at a saturated sigmoid", "1/x or 1/sqrt(x) at x = 0",
         "log and division after a probability rounded to 0"),
        "what is the true derivative at that entry, and which intermediate value spoils it?"),
    "G104": Explanation(
        "A gradient is not float64 although all inputs are. Half of its digits were lost on the way, or all decimals, if "
        "it is an integer.",
        "dtype(g) = float64 for float64 inputs",
        ("a buffer made with dtype=np.float32", "np.zeros_like of an integer array", "astype(np.float32) in the middle"),
        "which line makes an array with a dtype of its own?"),
    "G105": Explanation(
        "A function wrote into one of its arguments. The arrays belong to the caller, who may need them again: dy for a second "
        "path, x for the next layer. The values may be right here and wrong in the next line of somebody else.",
        "every argument is the same before and after the call, bit for bit",
        ("dy *= ..., dy[mask] = 0", "x -= x.mean()", "out=dy, or np.add.at on an argument"),
        "which line has an argument on its left-hand side?"),
    "G106": Explanation(
        "The second of two equal calls returned twice the first gradient. Backward adds to something that it keeps from call "
        "to call, and a gradient depends on the arguments alone.",
        "b(u) = b(u), called twice; here the second is 2 x the first",
        ("a mutable default argument", "an attribute or a global array that is added to and never set to zero",
         "+= into an array that was handed out before"),
        "how large is the returned gradient after a hundred steps of training?"),
    "G107": Explanation(
        "A returned gradient shares its memory with an argument: it is the same array, or a view of it. Whoever scales the "
        "gradient in place, as momentum and clipping do, changes the argument too.",
        "g shares no memory with any argument",
        ("return dy, where the derivative is 1", "reshape, transpose or a slice of dy", "np.broadcast_to"),
        "what happens to the argument when the optimizer writes into this gradient?"),
    "G108": Explanation(
        "A gradient is not linear in the upstream gradient. By the chain rule it is J^T dy with a matrix J that does not "
        "depend on dy: without dy it is zero, and twice the dy gives twice the gradient.",
        "b(0) = 0,   b(-u) = -b(u),   b(2u) = 2 b(u)",
        ("clipping or thresholds inside backward", "the gradient of a penalty added, which has no dy in it",
         "dy normalized or rounded"),
        "what should backward return when nothing depends on the output, dy = 0?"),
    "G109": Explanation(
        "Two equal calls of backward returned different gradients, and the second is not twice the first. Something random "
        "is drawn in backward, which then differentiates another function than the one that ran forward.",
        "b(u) = b(u), called twice",
        ("a dropout mask or noise drawn again in backward", "samples drawn again for the reparameterized gradient",
         "something kept from call to call"),
        "if the mask is drawn twice, which of the two functions does the loss belong to?"),
    "G110": Explanation(
        "The gradient changes when forward runs on other data in between. Backward reads something that forward left behind "
        "instead of its own arguments. With tied weights, several samples or two batches the wrong values are read.",
        "b(u) = b(u), with a forward pass at another point in between",
        ("activations stored in an attribute or a global variable", "a buffer that forward reuses for its output"),
        "with two samples per example forward runs twice before backward. Which of the two does backward see?"),
    "G111": Explanation(
        "The gradient does not depend on the upstream gradient, or is what comes out for a dy of ones. dy carries everything "
        "that lies between this operation and the loss; without it the chain is cut. A check with dy = 1, the gradient of a "
        "plain sum, does not see this.",
        "b(0) = b(-u) = b(2u) = b(u)",
        ("dy is missing in one product", "ones_like(dy) left over from a first try", "the derivative is returned by itself"),
        "which upstream gradient would have hidden this, and which loss has it?"),
    "G112": Explanation(
        "The gradient is the right one for another upstream gradient: |dy|, its sign, its positive part, or dy clipped. "
        "The loss did not ask for that. A check with positive dy only does not see most of these.",
        "g = J^T f(u), with f(u) = |u|, u^2, sign(u), max(u, 0) or u clipped to [-1, 1]",
        ("gradient clipping inside a layer", "relu applied to dy: \"guided backpropagation\"", "abs where a mask was meant"),
        "what does your backward return for -dy, and what should it?"),
}

VALUES = {
    "G200": Explanation(
        "The gradient differs from the numerical one, and none of the simple identities fits: no constant factor, no "
        "transposition, no missing term that is known. The finding describes the pattern instead: how many entries differ, "
        "where, how many signs agree, and the cosine between the two.",
        "|g - r| <= tolerance x largest entry, in every entry",
        ("a path that is left out: a mean, a norm, a shared parameter", "two mistakes at once",
         "an index or a mask that is right for most entries"),
        "which single entry could you check by hand, with a batch of one?"),
    "G201": Explanation(
        "The gradient is zero everywhere, and the true one is not. The parameter would never move.",
        "g = 0",
        ("an integer division: 1 // 2 is 0", "a buffer of zeros that is returned instead of the result",
         "a mask that excludes everything", "the result computed from a copy that depends on nothing"),
        "print the result line by line. Where is it zero for the first time?"),
    "G202": Explanation(
        "The gradient is the true gradient of another tensor of the same shape. Nothing complains, because the shapes fit.",
        "g = r of another tensor",
        ("a return line in another order than the arguments", "two keys of the dictionary exchanged",
         "mu and logvar, encoder and decoder confused"),
        "with which sizes would a test of shapes have caught this?"),
    "G203": Explanation(
        "The gradient points uphill where the true one points downhill, with every size right. Gradient descent with it "
        "increases the loss.",
        "g = -r, in all entries",
        ("a difference the other way round: x - o for o - x", "the minus of a negative log-likelihood lost",
         "a gradient that already carries the minus of the descent step"),
        "what does one step of gradient descent do to the loss now?"),
    "G204": Explanation(
        "Every entry is the true one times the same number. The direction is right, so training may still work, with another "
        "learning rate than the one you set. Beside other terms the balance is wrong.",
        "g = c r, with one number c for all entries, found again at another point and another shape",
        ("the loss is a mean over examples and the gradient a sum, or the other way round", "1/m applied twice",
         "the 2 of a square, or the 1/2 in front of it", "a mean over all entries where the loss averages over examples"),
        "if every row of the batch stood there twice, would the loss change? Would your gradient?"),
    "G205": Explanation(
        "The gradient is the transpose of the true one. A square matrix hides it from every check of shapes.",
        "g = r^T",
        ("dy^T x instead of x^T dy", "a weight stored as (outputs, inputs) and used as (inputs, outputs)"),
        "with which sizes of x and W would this line have raised?"),
    "G206": Explanation(
        "The gradient has the entries of the true one at other places: an axis reversed (of kernels the last two together), or "
        "shifted by one.",
        "g = r with an axis reversed or shifted",
        ("a flip or a shift of the forward that is not undone", "an index that starts at 1",
         "a convolution's kernel that is turned round, or is not"),
        "where does the forward send this entry, and where does backward fetch it?"),
    "G207": Explanation(
        "The gradient is what one example of the batch contributes; the others are lost. Every example uses the same weights, "
        "so their contributions add.",
        "g = the gradient of the first (last) example alone",
        ("= instead of += in a loop over examples", "x[0] or dy[-1] left over from a first try",
         "a return inside the loop"),
        "what would the gradient be for a batch of one? And for a batch of the same example twice?"),
    "G208": Explanation(
        "The gradient is right except for one row, one column or one triangle, which is zero.",
        "g = r, with zeros in a named part",
        ("a loop that ends one too early, or starts at 1", "a slice [:-1] or [1:]",
         "a triangular matrix whose other half is used as well"),
        "if the tensor had one column only, what would be left of the gradient?"),
    "G209": Explanation(
        "Every place along an axis holds the same number, the sum or the mean of the true gradient over that axis. Each entry "
        "should have kept its own.",
        "g = sum (or mean) of r over an axis, repeated along it",
        ("a sum for a shared parameter where the parameter is not shared", "keepdims=True, and broadcasting did the rest",
         "a wrong axis number"),
        "which entries of the tensor share their value in the forward? Only their gradients add up."),
    "G210": Explanation(
        "The gradient is the right one for an upstream gradient that was averaged or summed beforehand. Each output has its own "
        "dy and meets its own input; after the average that pairing is lost.",
        "g = J^T u', with u' the mean (or sum) of u over an axis",
        ("dy.mean(axis=0) before the product with x", "a batch average moved to the front because it is \"linear anyway\""),
        "the mean of products and the product of means: for which inputs are they equal?"),
    "G211": Explanation(
        "An elementwise function passes on dy times a derivative, and the derivative is that of another function. The finding "
        "says which product was found in its place.",
        "g = u * s, entry by entry, with a known s that is not the derivative",
        ("y (1 - y) evaluated at the input, or 1 - y^2 at a", "a factor of the derivative forgotten",
         "sigmoid's derivative on a relu or tanh layer"),
        "what is the slope at 0, and what does your line give there?"),
    "G212": Explanation(
        "The gradient is the true one times, or divided by, an array that is known here: an input, the output, an exponential "
        "or root of one. One factor of the chain rule is missing or counted twice.",
        "g = r * v or g = r / v, entry by entry",
        ("a weight per example or per pixel forgotten in backward", "the inner derivative of exp forgotten",
         "a mask applied twice or not at all", "a standard deviation where a variance belongs"),
        "set this array to ones: does the mistake disappear? Where does it enter the forward?"),
    "G213": Explanation(
        "The gradient is the true one plus something known, a multiple of a parameter, of an input, or a constant.",
        "g = r + c v, with one number c",
        ("the gradient of a weight decay that this loss does not have", "a term added in the layer and in the optimizer",
         "a sign inside a sum"),
        "what is the gradient at a point where the loss is flat, and what is yours there?"),
    "G214": Explanation(
        "The gradient has the direction of the true one and another length, and the factor differs from point to point. So it "
        "is no constant that a learning rate could absorb.",
        "g = c r at every point, with another c at each",
        ("the gradient divided by its own norm", "clipping by the norm inside backward",
         "the gradient of the logarithm or the root of the loss", "a division by a size that none of the arrays has"),
        "near a minimum the true gradient vanishes. What does yours do?"),
    "G215": Explanation(
        "Each entry is a function of the true entry: its absolute value, its sign, its square, its positive part, or the entry "
        "clipped. The true gradient was computed and then changed.",
        "g = f(r), entry by entry",
        ("np.clip where the gradient is computed", "np.abs left over from a plot", "sign descent inside backward"),
        "of two losses one is twice the other. How do their gradients differ, and how do yours?"),
    "G216": Explanation(
        "The gradient is what comes out when one argument is transposed, or its kernels mirrored, or when another argument of "
        "the same shape stands in its place. The shapes fit; with other sizes a transposed matrix would raise.",
        "g = the true gradient at inputs in which one argument is exchanged",
        ("dy @ W for dy @ W.T with a square W", "the input used where the target belongs", "mu in the place of logvar",
         "a kernel turned round on one way only, which fits at every size"),
        "with other sizes this line would raise. Which sizes would you choose for a test?"),
}

CONTRIBUTIONS = {
    "G301": Explanation(
        "The loss is a sum of terms, and one of them is missing in the gradient. The value of the loss shows the term, "
        "and training does not feel it.",
        "g = sum of c_k r_k over the terms, with c_k = 0 for one of them",
        ("a penalty added to the loss and not to the gradient", "a term detached by a copy",
         "a term that depends on this tensor only through another one"),
        "multiply the weight of each term by a thousand, one after the other. Which time does your gradient stay the same?"),
    "G302": Explanation(
        "One term of the loss counts in the gradient with another weight than in the loss.",
        "g = sum of c_k r_k over the terms, with some c_k neither 1 nor 0",
        ("the factor 2 of a square counted twice, or not at all", "the weight applied in the term and again outside it",
         "1/m applied to a penalty that has none", "beta on the wrong term"),
        "with the other terms set to zero, which gradient is left, and which should be?"),
    "G311": Explanation(
        "A tensor is used more than once in the forward pass, and the contribution of one use is missing. Each use is a path "
        "to the loss, and the paths add up.",
        "g = sum of c_k r_k over the uses, with c_k = 0 for one of them",
        ("tied weights: only the encoder's or only the decoder's half", "a mean or a norm taken for a constant",
         "a skip connection whose branch was forgotten"),
        "at how many places does this tensor stand in the forward? Count the contributions in backward."),
    "G312": Explanation(
        "A tensor is used more than once, and the contribution of one use counts with the wrong weight.",
        "g = sum of c_k r_k over the uses, with some c_k neither 1 nor 0",
        ("a contribution added twice", "the contributions averaged instead of added",
         "one path with the 1/m of the batch and the other without"),
        "what would the gradients be if the uses were separate tensors, and what is their sum?"),
}

EXERCISES = {
    "E001": Explanation(
        "The function is still as it was given out: it raises NotImplementedError, or returns None, or is not defined.",
        "the function exists and returns something", ("the exercise is not started yet",
                                                     "the function was renamed, or the file is another one"),
        "what is the first line that you are sure of?"),
    "E002": Explanation(
        "Your code raised an exception. The finding names it with your own lines, the innermost last.",
        "the function returns", ("shapes that do not fit", "a misspelt name", "an argument of another kind than expected"),
        "which shapes do the two operands of that line have? Print them."),
    "E003": Explanation(
        "Your code did not come back in time and was stopped. The arrays are small: a second is long for them.",
        "the function returns within the limit", ("a loop that never ends", "a computation that grows with a power of the "
                                                  "sizes", "waiting for input"),
        "which loop has a condition that your lines never change?"),
    "E004": Explanation(
        "The process in which your code ran ended before it answered.",
        "the process answers", ("sys.exit or os._exit", "more memory than the limit", "a crash inside a compiled library"),
        "does it run to its end in a terminal of your own?"),
    "E005": Explanation(
        "The answer is missing, or is not of the kind that was asked for.",
        "the answer is an array, a number or a text, as the exercise says",
        ("a function returned in the place of its value", "a list with a hole in it", "an answer left at None"),
        "which kind of value does the task name?"),
    "E006": Explanation(
        "The file is not there under its name, or it cannot be imported. No function in it could be looked at.",
        "the file exists and imports without an exception",
        ("a syntax error", "the file was renamed or saved elsewhere", "a line at the end of the file that raises",
         "an import of something that is not installed"),
        "what does Python say when you run the file by itself?"),
    "E007": Explanation(
        "Your code tried something that is refused while it is graded: files, processes, the network, or forward where "
        "backward is asked for.",
        "backward computes from its arguments", ("forward called inside backward", "open(), subprocess, socket"),
        "which of your lines needs anything else than the arguments?"),
    "E008": Explanation(
        "The gradient is right to about ten digits and not to fifteen. Formulas are exact to rounding and finite differences "
        "are not, so somebody should look at the code. The finding is a flag for a person and costs no marks.",
        "relative error of g below 1e-12", ("a difference quotient in the place of the formula",
                                            "a formula that loses digits, such as 1 - cos(x) for small x"),
        "does backward contain a formula, or a step size?"),
    "E009": Explanation(
        "The value or the answer is not the right one. It is compared with a number or a word, not with a derivative.",
        "answer = expected answer", ("a miscount", "the right idea for another of the cases"),
        "which of the numbers in the task did you not use?"),
}

EXPLANATIONS = {**AROUND, **CONTRACT, **VALUES, **CONTRIBUTIONS, **EXERCISES}
