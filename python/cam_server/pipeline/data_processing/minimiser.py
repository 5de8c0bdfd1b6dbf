"""Least squares by Levenberg and Marquardt with the step control of MINPACK.

After J. J. More, "The Levenberg-Marquardt algorithm: implementation and theory" (1978): scaling by column norms, a trust
region, and the same tests for the end, so that it finds the same minimum from the same start. The few numbers of a step are
plain Python floats, because NumPy is slow for them; everything per point is NumPy.
"""
from math import hypot, inf, isfinite, sqrt

import numpy

FACTOR = 100.0
EPSILON = 2.220446049250313e-16
SMALLEST = 2.2250738585072014e-308


def minimise(residuals, jacobian, points, start, maximum_evaluations, tolerance=1.49012e-8):
    """Minimise the sum of the squared residuals.

    residuals: function of the parameters, gives model minus data, one element per point.
    jacobian: function of the parameters, gives the derivatives, shape (parameters, points).
    Returns (parameters, True), or (start, False) when there are fewer points than parameters, when numbers are not finite, or
    when the limit of evaluations is reached (an evaluation of derivatives counts as one per parameter).
    """
    n = len(start)
    x = [float(value) for value in start]
    failure = (list(x), False)
    if points < n or not all(map(isfinite, x)):
        return failure
    values = residuals(x)
    evaluations = 1
    norm = sqrt(float(numpy.dot(values, values)))
    if not isfinite(norm):
        return failure
    damping = 0.0
    radius = scaled_norm = 0.0
    scale = None
    while True:
        derivatives = jacobian(x)
        evaluations += n
        norms, r, qtf = factorise(derivatives, values)
        if scale is None:
            scale = [value if value != 0 else 1.0 for value in norms]
            scaled_norm = length_of([d * v for d, v in zip(scale, x)])
            radius = FACTOR * scaled_norm or FACTOR
            is_first = True
        gradient = gradient_norm(r, qtf, norms, norm)
        if gradient <= 0:
            return x, True
        scale = [max(d, value) for d, value in zip(scale, norms)]
        while True:
            step, damping = damped_step(r, scale, qtf, radius, damping)
            trial = [value - change for value, change in zip(x, step)]
            step_norm = length_of([d * change for d, change in zip(scale, step)])
            if is_first:
                radius = min(radius, step_norm)
            trial_values = residuals(trial)
            evaluations += 1
            trial_norm = sqrt(float(numpy.dot(trial_values, trial_values)))
            actual = 1 - (trial_norm / norm) ** 2 if 0.1 * trial_norm < norm else -1.0
            linear = length_of(multiply(r, step)) / norm
            damped = sqrt(damping) * step_norm / norm
            predicted = linear**2 + damped**2 / 0.5
            direction = -(linear**2 + damped**2)
            ratio = 0.0 if predicted == 0 else actual / predicted
            if ratio <= 0.25:
                shrink = 0.5 if actual >= 0 else 0.5 * direction / (direction + 0.5 * actual)
                if 0.1 * trial_norm >= norm or shrink < 0.1:
                    shrink = 0.1
                radius = shrink * min(radius, step_norm / 0.1)
                damping /= shrink
            elif damping == 0 or ratio >= 0.75:
                radius = step_norm / 0.5
                damping *= 0.5
            if ratio >= 1e-4:
                x, values, norm = trial, trial_values, trial_norm
                scaled_norm = length_of([d * v for d, v in zip(scale, x)])
                is_first = False
            is_flat = abs(actual) <= tolerance and predicted <= tolerance and 0.5 * ratio <= 1
            if is_flat or radius <= tolerance * scaled_norm:
                return x, True
            is_stuck = (
                (abs(actual) <= EPSILON and predicted <= EPSILON and 0.5 * ratio <= 1)
                or radius <= EPSILON * scaled_norm
                or gradient <= EPSILON
            )
            if evaluations >= maximum_evaluations or is_stuck or not isfinite(radius):
                return failure
            if ratio >= 1e-4:
                break


def factorise(derivatives, values):
    """Column norms, triangle R of the QR factors, and the first elements of Q transposed times the residuals.

    From the sums of products, which are a fraction of the work; columns are brought to the same length before, so that little
    precision is lost. Where that is not enough, by Householder reflections.
    """
    n = len(derivatives)
    products = derivatives @ derivatives.T
    norms = [sqrt(value) for value in products.diagonal().tolist()]
    lengths = numpy.array([value if value > 0 else 1.0 for value in norms])
    try:
        triangle = numpy.linalg.cholesky(products / numpy.outer(lengths, lengths)).T
        if triangle.diagonal().min() < 1e-5:
            raise numpy.linalg.LinAlgError
        scaled = (derivatives @ values) / lengths
        right = numpy.linalg.solve(triangle.T, scaled)
        return norms, (triangle * lengths).tolist(), right.tolist()
    except numpy.linalg.LinAlgError:
        q, r = numpy.linalg.qr(derivatives.T)
        return norms, numpy.triu(r[:n, :n]).tolist(), (q.T @ values)[:n].tolist()


def gradient_norm(r, qtf, norms, norm):
    if norm == 0:
        return 0.0
    largest = 0.0
    for j, length in enumerate(norms):
        if length != 0:
            total = sum(r[i][j] * qtf[i] for i in range(j + 1)) / norm
            largest = max(largest, abs(total / length))
    return largest


def damped_step(r, scale, qtf, radius, start):
    """The step within the trust region and its damping (MINPACK's lmpar)."""
    n = len(r)
    rank = next((j for j in range(n) if r[j][j] == 0), n)
    step = back_substitute(r, qtf, rank)
    length = length_of([d * value for d, value in zip(scale, step)])
    excess = length - radius
    if excess <= 0.1 * radius:
        return step, 0.0
    lower = excess / radius / squared_slope(r, scale, step, length) if rank == n else 0.0
    gradient = length_of([sum(r[i][j] * qtf[i] for i in range(j + 1)) / scale[j] for j in range(n)])
    upper = gradient / radius or SMALLEST / min(radius, 0.1)
    damping = min(max(start, lower), upper)
    if damping == 0:
        damping = gradient / length
    for iteration in range(1, 11):
        if damping == 0:
            damping = max(SMALLEST, 0.001 * upper)
        step, triangle = solve_damped(r, scale, qtf, sqrt(damping))
        length = length_of([d * value for d, value in zip(scale, step)])
        previous, excess = excess, length - radius
        is_close = abs(excess) <= 0.1 * radius
        if is_close or (lower == 0 and excess <= previous < 0) or iteration == 10:
            break
        correction = excess / radius / squared_slope(triangle, scale, step, length)
        if excess > 0:
            lower = max(lower, damping)
        elif excess < 0:
            upper = min(upper, damping)
        damping = max(lower, damping + correction)
    return step, damping


def solve_damped(r, scale, qtf, root):
    """Least squares of the triangle with the damped diagonal below it (MINPACK's qrsolv), by Givens rotations."""
    n = len(r)
    s = [list(row) for row in r]
    right = list(qtf)
    for j in range(n):
        row = [0.0] * n
        row[j] = root * scale[j]
        rest = 0.0
        for k in range(j, n):
            if row[k] == 0:
                continue
            length = hypot(s[k][k], row[k])
            cosine, sine = s[k][k] / length, row[k] / length
            for i in range(k, n):
                s[k][i], row[i] = cosine * s[k][i] + sine * row[i], cosine * row[i] - sine * s[k][i]
            right[k], rest = cosine * right[k] + sine * rest, cosine * rest - sine * right[k]
    rank = next((j for j in range(n) if s[j][j] == 0), n)
    return back_substitute(s, right, rank), s


def back_substitute(triangle, right, rank):
    n = len(triangle)
    solution = [right[j] if j < rank else 0.0 for j in range(n)]
    for j in range(rank - 1, -1, -1):
        solution[j] /= triangle[j][j]
        for i in range(j):
            solution[i] -= triangle[i][j] * solution[j]
    return solution


def squared_slope(triangle, scale, step, length):
    """Squared length of the solution of triangle transposed times y = scaled step / length."""
    y = []
    for j, weight in enumerate(scale):
        total = weight * (weight * step[j] / length) - sum(triangle[i][j] * y[i] for i in range(j))
        y.append(total / triangle[j][j] if triangle[j][j] != 0 else inf)
    return sum(value * value for value in y)


def multiply(r, step):
    n = len(r)
    return [sum(r[i][j] * step[j] for j in range(i, n)) for i in range(n)]


def length_of(vector):
    return sqrt(sum(value * value for value in vector))
